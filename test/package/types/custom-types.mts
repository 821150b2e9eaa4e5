// Types of defineType: everything in a definition is about instances of its class.

import { Engine, type TypeDefinition } from "rhailib";

class Vector {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
  plus(other: Vector): Vector {
    return new Vector(this.x + other.x, this.y + other.y);
  }
}

const engine = new Engine();
engine.defineType({
  name: "Vector",
  class: Vector,
  clone: (vector) => new Vector(vector.x, vector.y),
  constructors: { vec: [{ params: ["int", "int"], call: (x: number, y: number) => new Vector(x, y) }] },
  methods: {
    length: { call: (vector) => Math.hypot(vector.x, vector.y), returns: "float" },
    moved: { params: ["int"], call: (vector, by: number) => new Vector(vector.x + by, vector.y) },
    named: { context: true, call: (context, vector) => `${context.fnName} ${vector.x}` },
  },
  properties: { x: { get: (vector) => vector.x, type: "int" } },
  indexers: [{ index: "int", get: (vector, index: number) => (index === 0 ? vector.x : vector.y) }],
  operators: { "+": { call: (a, b: Vector) => a.plus(b) } },
  iterate: (vector) => [vector.x, vector.y],
  toString: (vector) => `(${vector.x}, ${vector.y})`,
  equals: (a, b) => a.x === b.x && a.y === b.y,
});
const vector = { name: "Vector", class: Vector };
const definition: TypeDefinition<typeof Vector> = { name: "Vector", class: Vector };
engine.defineType(definition).registerType(Vector, "V");

// @ts-expect-error: a type has a name
engine.defineType({ class: Vector });
// @ts-expect-error: a type has a class
engine.defineType({ name: "Vector" });
// @ts-expect-error: an instance is no class
engine.defineType({ name: "Vector", class: new Vector(1, 2) });
// @ts-expect-error: no such part of a definition
engine.defineType({ ...vector, getters: {} });
// @ts-expect-error: instances have no z
engine.defineType({ ...vector, properties: { z: { get: (vector) => vector.z } } });
// @ts-expect-error: instances are no dates
engine.defineType({ ...vector, properties: { x: { get: (date: Date) => date.getTime() } } });
// @ts-expect-error: a method has an implementation
engine.defineType({ ...vector, methods: { length: { params: [] } } });
// @ts-expect-error: a method gets an instance first
engine.defineType({ ...vector, methods: { length: { call: (date: Date) => date.getTime() } } });
// @ts-expect-error: parameter types are names or classes
engine.defineType({ ...vector, methods: { f: { params: [1], call: () => 0 } } });
// @ts-expect-error: text is text
engine.defineType({ ...vector, toString: (vector) => vector.x });
// @ts-expect-error: equality is yes or no
engine.defineType({ ...vector, equals: (a, b) => a.x - b.x });
// @ts-expect-error: items are iterable
engine.defineType({ ...vector, iterate: (vector) => vector.x });
// @ts-expect-error: a copy is an object
engine.defineType({ ...vector, clone: (vector) => vector.x });
// @ts-expect-error: the definition is about another class
const other: TypeDefinition<typeof Date> = { name: "Vector", class: Vector };

export { other };
