// Paths: the part of a chain that leads to a place (`a`, `a[i]`, `a[i].b` ...), to be read, fetched for modification or replaced.
//
// `args` holds the values of index expressions that had to be evaluated before the root (see `chain.ts`), and the values of
// temporaries in the middle of a chain.

import type { ThisExpr } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { EvalError, variableNotFound } from "../errors.ts";
import { copyValue, RhaiArray, RhaiMap } from "../value/containers.ts";
import { RhaiObject, type Value } from "../value/value.ts";
import type { Answer } from "./callbacks.ts";
import { type Eval, type Frame, NO_THIS } from "./frame.ts";
import { holdsPlaces, type IndexSite, indexGet, indexOwn, indexPut, isIndexable } from "./index-ops.ts";
import { type Later, whenDone } from "./later.ts";
import type { Place } from "./name-view.ts";
import { type PropertySite, propertyGet, propertySet } from "./property-ops.ts";
import { unboundThis } from "./variable.ts";

class ChainEnd extends RhaiObject {
  override readonly typeId = -3;
  override readonly typeName = "end of chain";
}
/** The value of a path that `?.` or `?[` has ended. */
export const ENDED: RhaiObject = new ChainEnd();

/** What changing a place returns: a promise when a setter or an indexer has to be waited for. */
export type Done = void | Promise<void>;

/**
 * Reading (`get`, `own`) never waits, except for the last step of a path whose site may await: steps before the last one that
 * may await are staged. Writing may have to wait anywhere.
 */
export abstract class Path {
  /** The value, borrowed; ENDED when a safe access met unit. */
  abstract get(frame: Frame, args: Value[]): Value;
  /** The value, to be modified in place: containers on the way are made writable. */
  abstract own(frame: Frame, args: Value[]): Value;
  /** Replaces the value. `pos` is where a value of the wrong type is reported. */
  abstract put(frame: Frame, args: Value[], value: Value, pos: Position): Done;
  /** The root is a constant. */
  abstract constant(frame: Frame): boolean;
  /** A place (variable, element, property of a map) and not a temporary such as a character or a slice. */
  abstract isPlace(frame: Frame, args: Value[]): boolean;
  /** The path is a captured variable itself. */
  isShared(_frame: Frame): boolean {
    return false;
  }
  /** Whether this step, taken from `target`, asks no registered function. */
  isDirect(_target: Value): boolean {
    return true;
  }
  /** After `own`'s value was modified in place: gives objects with setters the chance to take it. */
  commit(_frame: Frame, _args: Value[], _value: Value, _pos: Position): Done {}
}

/** What came from a getter was modified in place: without setter and indexer the object keeps what it has, as in Rhai. */
function ifSettable(put: () => Done): Done {
  try {
    return put();
  } catch (error) {
    const missing =
      error instanceof EvalError && (error.kind === "ErrorDotExpr" || error.kind === "ErrorIndexingType");
    if (!missing) throw error;
  }
}

/** A variable in a slot that is never shared. */
export class SlotPath extends Path {
  constructor(
    private readonly slot: number,
    private readonly isConstant: boolean,
  ) {
    super();
  }
  override get(frame: Frame): Value {
    return frame.slots[this.slot];
  }
  override own(frame: Frame): Value {
    return frame.slots[this.slot];
  }
  override put(frame: Frame, _args: Value[], value: Value): void {
    frame.slots[this.slot] = value;
  }
  override constant(): boolean {
    return this.isConstant;
  }
  override isPlace(): boolean {
    return true;
  }
}

/** A variable whose storage has to be found at run time: shared, defined by `eval`, or outside of the frame. */
export class NamedPath extends Path {
  constructor(
    private readonly name: string,
    private readonly find: (frame: Frame) => Place | null,
    /** What the name means when there is no such variable (a function, a constant of a package); throws when nothing. */
    private readonly otherwise: Eval,
    private readonly pos: Position,
  ) {
    super();
  }
  override get(frame: Frame): Value {
    const place = this.find(frame);
    if (place === null) return this.otherwise(frame);
    const { cell } = place;
    // A chain that has locked its root reads through the lock.
    return cell === null ? place.get() : cell.value;
  }
  override own(frame: Frame): Value {
    return this.get(frame);
  }
  override put(frame: Frame, _args: Value[], value: Value): void {
    const place = this.find(frame);
    if (place === null) throw variableNotFound(this.name, this.pos);
    const { cell } = place;
    if (cell === null) place.set(value);
    else cell.value = value;
  }
  override constant(frame: Frame): boolean {
    return this.find(frame)?.constant ?? true;
  }
  override isPlace(frame: Frame): boolean {
    return this.find(frame) !== null;
  }
  override isShared(frame: Frame): boolean {
    return this.find(frame)?.cell != null;
  }
}

/** A variable whose value the host may give (`onVar`): a constant then, else the script's own. */
export class AskedPath extends Path {
  /** One chain runs at a time in a frame, so that its answer can be kept by the frame. */
  private readonly answers = new WeakMap<Frame, Answer>();
  constructor(
    private readonly ask: (frame: Frame) => Answer | null,
    private readonly stored: Path,
  ) {
    super();
  }
  /** Asks the host; to be called once, before anything else. */
  prepare(frame: Frame): void {
    const answer = this.ask(frame);
    if (answer === null) this.answers.delete(frame);
    else this.answers.set(frame, answer);
  }
  override get(frame: Frame, args: Value[]): Value {
    const answer = this.answers.get(frame);
    return answer === undefined ? this.stored.get(frame, args) : answer.value;
  }
  override own(frame: Frame, args: Value[]): Value {
    const answer = this.answers.get(frame);
    return answer === undefined ? this.stored.own(frame, args) : copyValue(answer.value);
  }
  override put(frame: Frame, args: Value[], value: Value, pos: Position): Done {
    if (!this.answers.has(frame)) return this.stored.put(frame, args, value, pos);
  }
  override constant(frame: Frame): boolean {
    return this.answers.has(frame) || this.stored.constant(frame);
  }
  override isPlace(frame: Frame, args: Value[]): boolean {
    return this.answers.has(frame) || this.stored.isPlace(frame, args);
  }
  override isShared(frame: Frame): boolean {
    return !this.answers.has(frame) && this.stored.isShared(frame);
  }
}

export class ThisPath extends Path {
  private readonly pos: Position;
  constructor(node: ThisExpr) {
    super();
    this.pos = node.pos;
  }
  override get(frame: Frame): Value {
    if (frame.self === NO_THIS) throw unboundThis(this.pos);
    return frame.self;
  }
  override own(frame: Frame): Value {
    return this.get(frame);
  }
  override put(frame: Frame, _args: Value[], value: Value): void {
    frame.self = value;
  }
  override constant(frame: Frame): boolean {
    return frame.selfConstant;
  }
  override isPlace(): boolean {
    return true;
  }
}

/** A temporary in `args`: the value of the root expression or of a method call inside the chain. */
export class TemporaryPath extends Path {
  constructor(private readonly index: number) {
    super();
  }
  override get(_frame: Frame, args: Value[]): Value {
    return args[this.index];
  }
  override own(_frame: Frame, args: Value[]): Value {
    return args[this.index];
  }
  override put(_frame: Frame, args: Value[], value: Value): void {
    args[this.index] = value;
  }
  override constant(): boolean {
    return false;
  }
  override isPlace(): boolean {
    return false;
  }
}

/** A read-only root: `module::variable`, `global::CONSTANT`. */
export class ConstantPath extends Path {
  constructor(private readonly read: Eval) {
    super();
  }
  override get(frame: Frame): Value {
    return this.read(frame);
  }
  override own(frame: Frame): Value {
    return copyValue(this.read(frame));
  }
  override put(): void {}
  override constant(): boolean {
    return true;
  }
  override isPlace(): boolean {
    return true;
  }
}

/** Fetches an index: evaluated on the spot, or taken from `args`. */
export type ArgumentSource = (frame: Frame, args: Value[]) => Value;

export class IndexPath extends Path {
  constructor(
    private readonly parent: Path,
    private readonly index: ArgumentSource,
    private readonly site: IndexSite,
    private readonly optional: boolean,
  ) {
    super();
  }
  override get(frame: Frame, args: Value[]): Value {
    const index = this.index(frame, args);
    const target = this.parent.get(frame, args);
    if (
      target instanceof RhaiArray &&
      typeof index === "number" &&
      index >= 0 &&
      index < target.items.length
    ) {
      return target.items[index];
    }
    if (target === ENDED || (this.optional && target === undefined)) return ENDED;
    return indexGet(frame, target, index, this.site);
  }
  override own(frame: Frame, args: Value[]): Value {
    const index = this.index(frame, args);
    const target = this.parent.own(frame, args);
    if (target === ENDED || (this.optional && target === undefined)) return ENDED;
    return indexOwn(frame, target, index, this.site);
  }
  override put(frame: Frame, args: Value[], value: Value, pos: Position): Done {
    const index = this.index(frame, args);
    const target = this.parent.own(frame, args);
    return whenDone(frame, indexPut(frame, target, index, value, this.site, pos), (changed): Done => {
      // A character of a slice, a bit of a byte ...: Rhai changes a temporary there, which is lost.
      if (changed !== target) {
        if (this.parent.isPlace(frame, args)) return this.parent.put(frame, args, changed, pos);
      } else if (!holdsPlaces(target)) return this.parent.commit(frame, args, target, pos);
    });
  }
  override commit(frame: Frame, args: Value[], value: Value, pos: Position): Done {
    const target = this.parent.own(frame, args);
    if (holdsPlaces(target)) return this.parent.commit(frame, args, target, pos);
    return ifSettable(() => this.put(frame, args, value, pos));
  }
  override isDirect(target: Value): boolean {
    return isIndexable(target);
  }
  override constant(frame: Frame): boolean {
    return this.parent.constant(frame);
  }
  override isPlace(frame: Frame, args: Value[]): boolean {
    return holdsPlaces(this.parent.get(frame, args));
  }
}

export class PropertyPath extends Path {
  constructor(
    private readonly parent: Path,
    private readonly site: PropertySite,
    private readonly optional: boolean,
  ) {
    super();
  }
  override get(frame: Frame, args: Value[]): Value {
    const target = this.parent.get(frame, args);
    if (target === ENDED || (this.optional && target === undefined)) return ENDED;
    if (target instanceof RhaiMap) return propertyGet(frame, target, this.site, false, false) as Value;
    const isRef = this.parent.isPlace(frame, args);
    return propertyGet(frame, target, this.site, isRef, isRef && this.parent.constant(frame)) as Value;
  }
  override own(frame: Frame, args: Value[]): Value {
    const target = this.parent.own(frame, args);
    if (target === ENDED || (this.optional && target === undefined)) return ENDED;
    if (target instanceof RhaiMap) {
      if (this.site.strict) propertyGet(frame, target, this.site, true, false);
      return target.getForWrite(this.site.name);
    }
    return propertyGet(frame, target, this.site, true, this.parent.constant(frame)) as Value;
  }
  override put(frame: Frame, args: Value[], value: Value, pos: Position): Done {
    const target = this.parent.own(frame, args);
    if (target instanceof RhaiMap) {
      target.set(this.site.name, value);
      return;
    }
    const { parent } = this;
    return whenDone(frame, propertySet(frame, target, value, this.site, parent.constant(frame)), (changed) =>
      changed === target ? parent.commit(frame, args, target, pos) : parent.put(frame, args, changed, pos),
    );
  }
  override commit(frame: Frame, args: Value[], value: Value, pos: Position): Done {
    const target = this.parent.own(frame, args);
    if (target instanceof RhaiMap) return this.parent.commit(frame, args, target, pos);
    return ifSettable(() => this.put(frame, args, value, pos));
  }
  override isDirect(target: Value): boolean {
    return target instanceof RhaiMap;
  }
  override constant(frame: Frame): boolean {
    return this.parent.constant(frame);
  }
  override isPlace(frame: Frame, args: Value[]): boolean {
    return this.parent.get(frame, args) instanceof RhaiMap;
  }
}

/** Stands in `args` for a step that needed no staging. */
class Unstaged extends RhaiObject {
  override readonly typeId = -4;
  override readonly typeName = "unstaged";
}
const UNSTAGED: RhaiObject = new Unstaged();

/**
 * A step in the middle of a chain whose getter or indexer may await. Its value is fetched once, before the steps after it;
 * writing through it calls the setter. On built-in containers the step is what it would be without staging.
 */
export class StagedPath extends Path {
  constructor(
    private readonly parent: Path,
    private readonly step: Path,
    private readonly index: number,
  ) {
    super();
  }
  /** Fetches the value; ENDED when a safe access has met unit. */
  stage(frame: Frame, args: Value[]): Later<Value> {
    const target = this.parent.get(frame, args);
    if (target === ENDED || this.step.isDirect(target)) {
      args[this.index] = UNSTAGED;
      return undefined;
    }
    return whenDone<Value, Value>(frame, this.step.get(frame, args), (value) => {
      args[this.index] = value;
      return value;
    });
  }
  override get(frame: Frame, args: Value[]): Value {
    const value = args[this.index];
    return value === UNSTAGED ? this.step.get(frame, args) : value;
  }
  override own(frame: Frame, args: Value[]): Value {
    const value = args[this.index];
    return value === UNSTAGED ? this.step.own(frame, args) : value;
  }
  override put(frame: Frame, args: Value[], value: Value, pos: Position): Done {
    if (args[this.index] !== UNSTAGED) args[this.index] = value;
    return this.step.put(frame, args, value, pos);
  }
  override commit(frame: Frame, args: Value[], value: Value, pos: Position): Done {
    return this.step.commit(frame, args, value, pos);
  }
  override constant(frame: Frame): boolean {
    return this.step.constant(frame);
  }
  override isPlace(frame: Frame, args: Value[]): boolean {
    return args[this.index] === UNSTAGED && this.step.isPlace(frame, args);
  }
}
