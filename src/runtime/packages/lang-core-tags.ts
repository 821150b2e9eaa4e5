// Tags: the number that a script may attach to a value.
//
// Containers have a field for it. Immutable objects are replaced by a tagged twin, so that the tag travels with copies and
// no other holder sees it. JS primitives (INT, bool, string, unit) have no place for a tag: theirs stays 0.

import { Container } from "../value/containers.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { IteratorValue, Range, Timestamp } from "../value/objects.ts";
import { Byte, Char, Float } from "../value/scalars.ts";
import { RhaiObject, type Value } from "../value/value.ts";

const tags = new WeakMap<RhaiObject, number>();

export function tagOf(value: Value): number {
  if (!(value instanceof RhaiObject)) return 0;
  return value instanceof Container ? value.tag : (tags.get(value) ?? 0);
}

/** The value that carries `tag`: itself for containers and host objects, a twin for immutable objects. */
export function withTag(value: Value, tag: number): Value {
  if (!(value instanceof RhaiObject)) return value;
  if (value instanceof Container) {
    value.tag = tag;
    return value;
  }
  const tagged = twin(value);
  tags.set(tagged, tag);
  return tagged;
}

function twin(value: RhaiObject): RhaiObject {
  if (value instanceof Float) return new Float(value.value);
  if (value instanceof Char) return new Char(value.value);
  if (value instanceof Byte) return new Byte(value.value);
  if (value instanceof Range) return new Range(value.from, value.to, value.inclusive);
  if (value instanceof Timestamp) return new Timestamp(value.milliseconds);
  if (value instanceof IteratorValue) return new IteratorValue(value.name, value.iterate, value.rustName);
  if (value instanceof FnPtr) {
    return value.clone();
  }
  return value;
}
