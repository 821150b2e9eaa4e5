// Binary operators on small integers and floats, one closure for each shape of operands.
//
// Shapes: E is any expression, K an integer constant, S the slot of a variable that needs no check. Each closure tests for
// safe integers first, then for two FLOATs, and leaves everything else to `slow`. The variants differ only in how they
// fetch operands: V8 inlines no calls through closure variables, so fetching a slot directly saves a call per operand.

import { Float } from "../value/scalars.ts";
import type { Eval } from "./frame.ts";
import type { SlowOperator } from "./operator-slow.ts";

const MAX = Number.MAX_SAFE_INTEGER;

/** Makes the closure for each shape of one operator. */
export interface OperatorShapes {
  EE(left: Eval, right: Eval, slow: SlowOperator): Eval;
  EK(left: Eval, constant: number, slow: SlowOperator): Eval;
  SE(slot: number, right: Eval, slow: SlowOperator): Eval;
  SK(slot: number, constant: number, slow: SlowOperator): Eval;
  SS(slot: number, other: number, slow: SlowOperator): Eval;
}

export const addShapes: OperatorShapes = {
  EE: (left, right, slow) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") {
      const result = a + b;
      if (result <= MAX && result >= -MAX) return result;
    }
    if (a instanceof Float && b instanceof Float) return new Float(a.value + b.value);
    return slow(frame, a, b);
  },
  EK: (left, b, slow) => (frame) => {
    const a = left(frame);
    if (typeof a === "number") {
      const result = a + b;
      if (result <= MAX && result >= -MAX) return result;
    }
    return slow(frame, a, b);
  },
  SE: (slot, right, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") {
      const result = a + b;
      if (result <= MAX && result >= -MAX) return result;
    }
    if (a instanceof Float && b instanceof Float) return new Float(a.value + b.value);
    return slow(frame, a, b);
  },
  SK: (slot, b, slow) => (frame) => {
    const a = frame.slots[slot];
    if (typeof a === "number") {
      const result = a + b;
      if (result <= MAX && result >= -MAX) return result;
    }
    return slow(frame, a, b);
  },
  SS: (slot, other, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = frame.slots[other];
    if (typeof a === "number" && typeof b === "number") {
      const result = a + b;
      if (result <= MAX && result >= -MAX) return result;
    }
    if (a instanceof Float && b instanceof Float) return new Float(a.value + b.value);
    return slow(frame, a, b);
  },
};

export const subShapes: OperatorShapes = {
  EE: (left, right, slow) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") {
      const result = a - b;
      if (result <= MAX && result >= -MAX) return result;
    }
    if (a instanceof Float && b instanceof Float) return new Float(a.value - b.value);
    return slow(frame, a, b);
  },
  EK: (left, b, slow) => (frame) => {
    const a = left(frame);
    if (typeof a === "number") {
      const result = a - b;
      if (result <= MAX && result >= -MAX) return result;
    }
    return slow(frame, a, b);
  },
  SE: (slot, right, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") {
      const result = a - b;
      if (result <= MAX && result >= -MAX) return result;
    }
    if (a instanceof Float && b instanceof Float) return new Float(a.value - b.value);
    return slow(frame, a, b);
  },
  SK: (slot, b, slow) => (frame) => {
    const a = frame.slots[slot];
    if (typeof a === "number") {
      const result = a - b;
      if (result <= MAX && result >= -MAX) return result;
    }
    return slow(frame, a, b);
  },
  SS: (slot, other, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = frame.slots[other];
    if (typeof a === "number" && typeof b === "number") {
      const result = a - b;
      if (result <= MAX && result >= -MAX) return result;
    }
    if (a instanceof Float && b instanceof Float) return new Float(a.value - b.value);
    return slow(frame, a, b);
  },
};

export const mulShapes: OperatorShapes = {
  EE: (left, right, slow) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") {
      const result = a * b;
      if (result <= MAX && result >= -MAX) return result + 0;
    }
    if (a instanceof Float && b instanceof Float) return new Float(a.value * b.value);
    return slow(frame, a, b);
  },
  EK: (left, b, slow) => (frame) => {
    const a = left(frame);
    if (typeof a === "number") {
      const result = a * b;
      if (result <= MAX && result >= -MAX) return result + 0;
    }
    return slow(frame, a, b);
  },
  SE: (slot, right, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") {
      const result = a * b;
      if (result <= MAX && result >= -MAX) return result + 0;
    }
    if (a instanceof Float && b instanceof Float) return new Float(a.value * b.value);
    return slow(frame, a, b);
  },
  SK: (slot, b, slow) => (frame) => {
    const a = frame.slots[slot];
    if (typeof a === "number") {
      const result = a * b;
      if (result <= MAX && result >= -MAX) return result + 0;
    }
    return slow(frame, a, b);
  },
  SS: (slot, other, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = frame.slots[other];
    if (typeof a === "number" && typeof b === "number") {
      const result = a * b;
      if (result <= MAX && result >= -MAX) return result + 0;
    }
    if (a instanceof Float && b instanceof Float) return new Float(a.value * b.value);
    return slow(frame, a, b);
  },
};

export const remShapes: OperatorShapes = {
  EE: (left, right, slow) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number" && b !== 0) return (a % b) + 0;
    return slow(frame, a, b);
  },
  EK: (left, b, slow) => (frame) => {
    const a = left(frame);
    if (typeof a === "number" && b !== 0) return (a % b) + 0;
    return slow(frame, a, b);
  },
  SE: (slot, right, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number" && b !== 0) return (a % b) + 0;
    return slow(frame, a, b);
  },
  SK: (slot, b, slow) => (frame) => {
    const a = frame.slots[slot];
    if (typeof a === "number" && b !== 0) return (a % b) + 0;
    return slow(frame, a, b);
  },
  SS: (slot, other, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = frame.slots[other];
    if (typeof a === "number" && typeof b === "number" && b !== 0) return (a % b) + 0;
    return slow(frame, a, b);
  },
};

export const ltShapes: OperatorShapes = {
  EE: (left, right, slow) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a < b;
    return slow(frame, a, b);
  },
  EK: (left, b, slow) => (frame) => {
    const a = left(frame);
    if (typeof a === "number") return a < b;
    return slow(frame, a, b);
  },
  SE: (slot, right, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a < b;
    return slow(frame, a, b);
  },
  SK: (slot, b, slow) => (frame) => {
    const a = frame.slots[slot];
    if (typeof a === "number") return a < b;
    return slow(frame, a, b);
  },
  SS: (slot, other, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = frame.slots[other];
    if (typeof a === "number" && typeof b === "number") return a < b;
    return slow(frame, a, b);
  },
};

export const leShapes: OperatorShapes = {
  EE: (left, right, slow) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a <= b;
    return slow(frame, a, b);
  },
  EK: (left, b, slow) => (frame) => {
    const a = left(frame);
    if (typeof a === "number") return a <= b;
    return slow(frame, a, b);
  },
  SE: (slot, right, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a <= b;
    return slow(frame, a, b);
  },
  SK: (slot, b, slow) => (frame) => {
    const a = frame.slots[slot];
    if (typeof a === "number") return a <= b;
    return slow(frame, a, b);
  },
  SS: (slot, other, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = frame.slots[other];
    if (typeof a === "number" && typeof b === "number") return a <= b;
    return slow(frame, a, b);
  },
};

export const gtShapes: OperatorShapes = {
  EE: (left, right, slow) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a > b;
    return slow(frame, a, b);
  },
  EK: (left, b, slow) => (frame) => {
    const a = left(frame);
    if (typeof a === "number") return a > b;
    return slow(frame, a, b);
  },
  SE: (slot, right, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a > b;
    return slow(frame, a, b);
  },
  SK: (slot, b, slow) => (frame) => {
    const a = frame.slots[slot];
    if (typeof a === "number") return a > b;
    return slow(frame, a, b);
  },
  SS: (slot, other, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = frame.slots[other];
    if (typeof a === "number" && typeof b === "number") return a > b;
    return slow(frame, a, b);
  },
};

export const geShapes: OperatorShapes = {
  EE: (left, right, slow) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a >= b;
    return slow(frame, a, b);
  },
  EK: (left, b, slow) => (frame) => {
    const a = left(frame);
    if (typeof a === "number") return a >= b;
    return slow(frame, a, b);
  },
  SE: (slot, right, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a >= b;
    return slow(frame, a, b);
  },
  SK: (slot, b, slow) => (frame) => {
    const a = frame.slots[slot];
    if (typeof a === "number") return a >= b;
    return slow(frame, a, b);
  },
  SS: (slot, other, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = frame.slots[other];
    if (typeof a === "number" && typeof b === "number") return a >= b;
    return slow(frame, a, b);
  },
};

export const eqShapes: OperatorShapes = {
  EE: (left, right, slow) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a === b;
    if (typeof a === "string" && typeof b === "string") return a === b;
    return slow(frame, a, b);
  },
  EK: (left, b, slow) => (frame) => {
    const a = left(frame);
    if (typeof a === "number") return a === b;
    return slow(frame, a, b);
  },
  SE: (slot, right, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a === b;
    if (typeof a === "string" && typeof b === "string") return a === b;
    return slow(frame, a, b);
  },
  SK: (slot, b, slow) => (frame) => {
    const a = frame.slots[slot];
    if (typeof a === "number") return a === b;
    return slow(frame, a, b);
  },
  SS: (slot, other, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = frame.slots[other];
    if (typeof a === "number" && typeof b === "number") return a === b;
    if (typeof a === "string" && typeof b === "string") return a === b;
    return slow(frame, a, b);
  },
};

export const neShapes: OperatorShapes = {
  EE: (left, right, slow) => (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a !== b;
    if (typeof a === "string" && typeof b === "string") return a !== b;
    return slow(frame, a, b);
  },
  EK: (left, b, slow) => (frame) => {
    const a = left(frame);
    if (typeof a === "number") return a !== b;
    return slow(frame, a, b);
  },
  SE: (slot, right, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number") return a !== b;
    if (typeof a === "string" && typeof b === "string") return a !== b;
    return slow(frame, a, b);
  },
  SK: (slot, b, slow) => (frame) => {
    const a = frame.slots[slot];
    if (typeof a === "number") return a !== b;
    return slow(frame, a, b);
  },
  SS: (slot, other, slow) => (frame) => {
    const a = frame.slots[slot];
    const b = frame.slots[other];
    if (typeof a === "number" && typeof b === "number") return a !== b;
    if (typeof a === "string" && typeof b === "string") return a !== b;
    return slow(frame, a, b);
  },
};
