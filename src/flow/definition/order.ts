// The order of steps: what comes before what, and circles in it.

export interface Ordered {
  readonly name: string;
  readonly after: readonly string[];
}

/** Names of all steps that have to be done before, for each step. `after` names known steps, without circles. */
export function ancestorsOf(steps: readonly Ordered[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const ancestors = new Map<string, Set<string>>();
  const visit = (step: Ordered): Set<string> => {
    const known = ancestors.get(step.name);
    if (known !== undefined) return known;
    const all = new Set<string>();
    ancestors.set(step.name, all);
    for (const name of step.after) {
      all.add(name);
      for (const above of visit(byName.get(name)!)) all.add(above);
    }
    return all;
  };
  // Those without dependencies first, so that a long row of steps needs no deep recursion.
  for (const step of topologicalOrder(steps) ?? steps) visit(step);
  return ancestors;
}

/** Each step behind all that it comes after; null when there is a circle. */
export function topologicalOrder<S extends Ordered>(steps: readonly S[]): S[] | null {
  const waits = new Map(steps.map(({ name, after }) => [name, after.length]));
  const next = dependantsOf(steps);
  const ready = steps.filter(({ after }) => after.length === 0);
  const order: S[] = [];
  for (let step = ready.shift(); step !== undefined; step = ready.shift()) {
    order.push(step);
    for (const dependant of next.get(step.name)!) {
      const left = waits.get(dependant.name)! - 1;
      waits.set(dependant.name, left);
      if (left === 0) ready.push(dependant);
    }
  }
  return order.length === steps.length ? order : null;
}

/** Steps that come directly after each step. */
export function dependantsOf<S extends Ordered>(steps: readonly S[]): ReadonlyMap<string, readonly S[]> {
  const next = new Map<string, S[]>(steps.map(({ name }) => [name, []]));
  for (const step of steps) for (const name of step.after) next.get(name)?.push(step);
  return next;
}

/** Names along one circle, the first again at the end; null when there is none. */
export function findCircle(steps: readonly Ordered[]): readonly string[] | null {
  let left = [...steps];
  for (;;) {
    const names = new Set(left.map(({ name }) => name));
    const stuck = left.filter(({ after }) => after.some((name) => names.has(name)));
    if (stuck.length === left.length) break;
    left = stuck;
  }
  if (left.length === 0) return null;
  const byName = new Map(left.map((step) => [step.name, step]));
  const path: string[] = [];
  let name = left[0].name;
  while (!path.includes(name)) {
    path.push(name);
    name = byName.get(name)!.after.find((other) => byName.has(other))!;
  }
  return [...path.slice(path.indexOf(name)), name].reverse();
}
