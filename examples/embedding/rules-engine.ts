// A rules engine: rules are scripts over host classes, compiled once, and run for each order.

import { pathToFileURL } from "node:url";
import { type AST, Engine, Scope } from "../../src/index.ts"; // in your project: "rhailib"

class Customer {
  constructor(
    readonly name: string,
    readonly years: number,
    readonly tags: readonly string[],
  ) {}
}

class Line {
  constructor(
    readonly product: string,
    readonly quantity: number,
    readonly price: number,
  ) {}
  get total(): number {
    return this.quantity * this.price;
  }
}

class Order {
  /** Percentage by the rule that grants it. */
  readonly discounts = new Map<string, number>();
  readonly notes: string[] = [];
  constructor(
    readonly customer: Customer,
    readonly lines: readonly Line[],
  ) {}
  get subtotal(): number {
    return this.lines.reduce((sum, line) => sum + line.total, 0);
  }
  get total(): number {
    const percent = [...this.discounts.values()].reduce((sum, value) => sum + value, 0);
    return Math.round(this.subtotal * (100 - Math.min(percent, 30))) / 100;
  }
}

/** A condition and an action; both see `order`. */
interface Rule {
  readonly name: string;
  readonly when: string;
  readonly action: string;
}

const RULES: readonly Rule[] = [
  { name: "loyalty", when: "order.customer.years >= 5", action: "order.discount(10)" },
  { name: "bulk", when: "some(order.lines, |line| line.quantity >= 100)", action: "order.discount(15)" },
  {
    name: "tea-lover",
    when: `"tea" in order && order.subtotal > 50`,
    action: "order.discount(order.lines.len)",
  },
  {
    name: "press",
    when: `order.customer.has_tag("press")`,
    action: "order.note(`send a catalogue to ${order.customer.name}`)",
  },
  { name: "broken", when: "order.shipping.cost > 10", action: "order.discount(1)" },
];

/** The engine with the classes that rules see. `currentRule` says on whose behalf a discount is granted. */
function rulesEngine(currentRule: () => string): Engine {
  // Rules come from users: no loops, and not too much work.
  const engine = new Engine().setAllowLooping(false).setMaxOperations(10_000);
  engine.defineType({
    name: "Customer",
    class: Customer,
    properties: {
      name: { get: (customer: Customer) => customer.name },
      years: { get: (customer: Customer) => customer.years },
    },
    methods: {
      has_tag: { params: ["string"], call: (customer: Customer, tag: string) => customer.tags.includes(tag) },
    },
  });
  engine.defineType({
    name: "Line",
    class: Line,
    properties: {
      product: { get: (line: Line) => line.product },
      quantity: { get: (line: Line) => line.quantity },
      total: { get: (line: Line) => line.total },
    },
  });
  return engine.defineType({
    name: "Order",
    class: Order,
    properties: {
      customer: { get: (order: Order) => order.customer },
      lines: { get: (order: Order) => [...order.lines] },
      subtotal: { get: (order: Order) => order.subtotal },
    },
    methods: {
      contains: {
        params: ["string"],
        call: (order: Order, product: string) => order.lines.some((line) => line.product === product),
      },
      discount: {
        params: ["int"],
        call: (order: Order, percent: number) => void order.discounts.set(currentRule(), percent),
      },
      note: { params: ["string"], call: (order: Order, text: string) => void order.notes.push(text) },
    },
  });
}

export class RulesEngine {
  private rule = "";
  private readonly engine = rulesEngine(() => this.rule);
  private readonly compiled: readonly { readonly name: string; readonly when: AST; readonly action: AST }[];
  constructor(rules: readonly Rule[]) {
    this.compiled = rules.map(({ name, when, action }) => ({
      name,
      when: this.engine.compileExpression(when),
      action: this.engine.compile(action),
    }));
  }
  /** Applies all rules whose condition holds; returns what happened, a line per rule. A broken rule stops no other. */
  apply(order: Order): string[] {
    const scope = new Scope().pushConstant("order", this.engine.types.toValue(order, "dynamic"));
    return this.compiled.map(({ name, when, action }) => {
      this.rule = name;
      try {
        const applies = this.engine.evalAstSync(when, scope) === true;
        if (applies) this.engine.runAstSync(action, scope);
        return `${name}: ${applies ? "applied" : "-"}`;
      } catch (error) {
        return `${name}: ${error}`;
      }
    });
  }
}

export function main(print: (line: string) => void = console.log): void {
  const rules = new RulesEngine(RULES);
  const orders = [
    new Order(new Customer("Ann", 7, []), [new Line("tea", 120, 1.5), new Line("cup", 2, 8)]),
    new Order(new Customer("Bob", 1, ["press"]), [new Line("cup", 1, 8)]),
  ];
  for (const order of orders) {
    print(`order of ${order.customer.name}, ${order.subtotal.toFixed(2)}`);
    for (const line of rules.apply(order)) print(`  ${line}`);
    for (const note of order.notes) print(`  note: ${note}`);
    print(`  total ${order.total.toFixed(2)}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
