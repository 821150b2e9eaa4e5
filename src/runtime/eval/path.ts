// Paths: the part of a chain that leads to a place (`a`, `a[i]`, `a[i].b` ...), to be read, fetched for modification or replaced.
//
// `args` holds the values of index expressions that had to be evaluated before the root (see `chain.ts`), and the values of
// temporaries in the middle of a chain.

import type { ThisExpr } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { variableNotFound } from "../errors.ts";
import { copyValue, RhaiArray, RhaiMap } from "../value/containers.ts";
import { RhaiObject, type Value } from "../value/value.ts";
import { type Eval, type Frame, NO_THIS } from "./frame.ts";
import { holdsPlaces, type IndexSite, indexGet, indexOwn, indexPut } from "./index-ops.ts";
import type { Place } from "./name-view.ts";
import { type PropertySite, propertyGet, propertySet } from "./property-ops.ts";
import { unboundThis } from "./variable.ts";

class ChainEnd extends RhaiObject {
  override readonly typeId = -3;
  override readonly typeName = "end of chain";
}
/** The value of a path that `?.` or `?[` has ended. */
export const ENDED: RhaiObject = new ChainEnd();

export abstract class Path {
  /** The value, borrowed; ENDED when a safe access met unit. */
  abstract get(frame: Frame, args: Value[]): Value;
  /** The value, to be modified in place: containers on the way are made writable. */
  abstract own(frame: Frame, args: Value[]): Value;
  /** Replaces the value. `pos` is where a value of the wrong type is reported. */
  abstract put(frame: Frame, args: Value[], value: Value, pos: Position): void;
  /** The root is a constant. */
  abstract constant(frame: Frame): boolean;
  /** A place (variable, element, property of a map) and not a temporary such as a character or a slice. */
  abstract isPlace(frame: Frame, args: Value[]): boolean;
  /** The path is a captured variable itself. */
  isShared(_frame: Frame): boolean {
    return false;
  }
  /** After `own`'s value was modified in place: gives objects with setters the chance to take it. */
  commit(_frame: Frame, _args: Value[], _value: Value, _pos: Position): void {}
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
      if (!frame.run.metered) return target.items[index];
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
  override put(frame: Frame, args: Value[], value: Value, pos: Position): void {
    const index = this.index(frame, args);
    const target = this.parent.own(frame, args);
    const changed = indexPut(frame, target, index, value, this.site, pos);
    // A character of a slice, a bit of a byte ...: Rhai changes a temporary there, which is lost.
    if (changed !== target) {
      if (this.parent.isPlace(frame, args)) this.parent.put(frame, args, changed, pos);
    } else if (!holdsPlaces(target)) this.parent.commit(frame, args, target, pos);
  }
  override commit(frame: Frame, args: Value[], value: Value, pos: Position): void {
    const target = this.parent.own(frame, args);
    if (holdsPlaces(target)) this.parent.commit(frame, args, target, pos);
    else this.put(frame, args, value, pos);
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
    if (target instanceof RhaiMap) return propertyGet(frame, target, this.site, false, false);
    const isRef = this.parent.isPlace(frame, args);
    return propertyGet(frame, target, this.site, isRef, isRef && this.parent.constant(frame));
  }
  override own(frame: Frame, args: Value[]): Value {
    const target = this.parent.own(frame, args);
    if (target === ENDED || (this.optional && target === undefined)) return ENDED;
    if (target instanceof RhaiMap) {
      if (this.site.strict || frame.run.metered) propertyGet(frame, target, this.site, true, false);
      return target.getForWrite(this.site.name);
    }
    return propertyGet(frame, target, this.site, true, this.parent.constant(frame));
  }
  override put(frame: Frame, args: Value[], value: Value, pos: Position): void {
    const target = this.parent.own(frame, args);
    if (target instanceof RhaiMap) {
      target.set(this.site.name, value);
      return;
    }
    const changed = propertySet(frame, target, value, this.site, this.parent.constant(frame));
    if (changed !== target) this.parent.put(frame, args, changed, pos);
    else this.parent.commit(frame, args, target, pos);
  }
  override commit(frame: Frame, args: Value[], value: Value, pos: Position): void {
    const target = this.parent.own(frame, args);
    if (target instanceof RhaiMap) this.parent.commit(frame, args, target, pos);
    else this.put(frame, args, value, pos);
  }
  override constant(frame: Frame): boolean {
    return this.parent.constant(frame);
  }
  override isPlace(frame: Frame, args: Value[]): boolean {
    return this.parent.get(frame, args) instanceof RhaiMap;
  }
}
