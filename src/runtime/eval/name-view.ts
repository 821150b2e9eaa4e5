// Variables by name: what `eval`, imported modules, `f!()` and the host's scope see of a frame.

import { dataRace } from "../errors.ts";
import { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import type { DynamicVariable, Frame } from "./frame.ts";

/** A variable found by name. */
export interface Place {
  readonly constant: boolean;
  get(): Value;
  set(value: Value): void;
  /** Turns the variable into a shared cell (it is being captured) and returns the cell. */
  share(): Shared;
  /** The cell when the variable is shared already. */
  readonly cell: Shared | null;
}

/** A variable as modules show it. */
export interface ExportedVariable {
  readonly alias: string;
  read(): Value;
}

/** A set of variables that can be looked up by name, the latest definition first. */
export interface NameView {
  find(name: string): Place | null;
  /** Number of variables, for the limit on variables. */
  readonly size: number;
  /** Variables that are defined here, by name, hide those in slots below. */
  readonly height?: number;
  /** All variables, oldest first. */
  entries(): IterableIterator<readonly [name: string, place: Place]>;
  /** What a module made here exports, the latest variable first; absent: nothing. */
  exported?(): Iterable<ExportedVariable>;
}

/** Reads a variable's storage, which may be a shared cell. */
export function readCell(stored: Value): Value {
  if (!(stored instanceof Shared)) return stored;
  if (stored.locked) throw dataRace("");
  return stored.value;
}

abstract class StoredPlace implements Place {
  protected abstract readonly declaredConstant: boolean;
  /** Declared as a constant, or captured from one. */
  get constant(): boolean {
    return this.declaredConstant || this.cell?.constant === true;
  }
  protected abstract load(): Value;
  protected abstract store(value: Value): void;
  get(): Value {
    return readCell(this.load());
  }
  set(value: Value): void {
    const stored = this.load();
    if (stored instanceof Shared) {
      if (stored.locked) throw dataRace("");
      stored.value = value;
    } else {
      this.store(value);
    }
  }
  get cell(): Shared | null {
    const stored = this.load();
    return stored instanceof Shared ? stored : null;
  }
  share(): Shared {
    const stored = this.load();
    if (stored instanceof Shared) return stored;
    const cell = new Shared(stored, this.declaredConstant);
    this.store(cell);
    return cell;
  }
}

export class SlotPlace extends StoredPlace {
  constructor(
    private readonly slots: Value[],
    private readonly slot: number,
    protected override readonly declaredConstant: boolean,
  ) {
    super();
  }
  protected override load(): Value {
    return this.slots[this.slot];
  }
  protected override store(value: Value): void {
    this.slots[this.slot] = value;
  }
}

/** The place of a variable that `eval` defined. */
export class DynamicPlace extends StoredPlace {
  constructor(private readonly variable: DynamicVariable) {
    super();
  }
  protected override get declaredConstant(): boolean {
    return this.variable.constant;
  }
  protected override load(): Value {
    return this.variable.value;
  }
  protected override store(value: Value): void {
    this.variable.value = value;
  }
}

/** A variable that the linker knows: its slot and whether it is a constant. */
export interface VisibleVariable {
  readonly name: string;
  readonly slot: number;
  readonly constant: boolean;
}

/** Finds the variable of a frame that `eval` defined and that a static variable of slot `below` does not hide. */
export function findDynamic(frame: Frame, name: string, below: number): DynamicVariable | null {
  const dynamic = frame.dynamic;
  if (dynamic === null) return null;
  for (let i = dynamic.length - 1; i >= 0; i--) {
    if (dynamic[i].name === name) return dynamic[i].height > below ? dynamic[i] : null;
  }
  return null;
}

/** The variables of a frame as seen from one place in its code. */
export class FrameView implements NameView {
  constructor(
    readonly frame: Frame,
    private readonly visible: readonly VisibleVariable[],
  ) {}
  get height(): number {
    const last = this.visible.at(-1);
    return last === undefined ? 0 : last.slot + 1;
  }
  get size(): number {
    const { frame } = this;
    return this.visible.length + (frame.dynamic?.length ?? 0) + (frame.outer?.size ?? 0);
  }
  find(name: string): Place | null {
    let slot = -1;
    let constant = false;
    for (let i = this.visible.length - 1; i >= 0; i--) {
      const variable = this.visible[i];
      if (variable.name === name) {
        slot = variable.slot;
        constant = variable.constant;
        break;
      }
    }
    const dynamic = findDynamic(this.frame, name, slot);
    if (dynamic !== null) return new DynamicPlace(dynamic);
    if (slot >= 0) return new SlotPlace(this.frame.slots, slot, constant);
    return this.frame.outer === null ? null : this.frame.outer.find(name);
  }
  /** Those of the frames around count as well, since the scope is theirs. */
  *exported(): IterableIterator<ExportedVariable> {
    yield* exportedBy(this.frame);
  }
  *entries(): IterableIterator<readonly [string, Place]> {
    if (this.frame.outer !== null) yield* this.frame.outer.entries();
    const dynamic = this.frame.dynamic ?? [];
    let next = 0;
    for (const variable of this.visible) {
      while (next < dynamic.length && dynamic[next].height <= variable.slot) {
        yield [dynamic[next].name, new DynamicPlace(dynamic[next])];
        next++;
      }
      yield [variable.name, new SlotPlace(this.frame.slots, variable.slot, variable.constant)];
    }
    for (; next < dynamic.length; next++) yield [dynamic[next].name, new DynamicPlace(dynamic[next])];
  }
}

/** What a frame exports, the latest variable first, then what its surroundings do. */
export function* exportedBy({ exports, outer }: Frame): IterableIterator<ExportedVariable> {
  yield* [...(exports ?? [])].sort((a, b) => b.order - a.order);
  if (outer?.exported !== undefined) yield* outer.exported();
}
