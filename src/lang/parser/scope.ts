// What the parser knows about names while it reads one function body: variables, captures, imports.

import type { Ident, NodeBase } from "../ast.ts";

/** Name resolution as far as the parser can do it: is it a local variable, and may it be changed? */
export interface Resolved {
  readonly found: boolean;
  readonly constant: boolean;
}

const NOT_FOUND: Resolved = { found: false, constant: false };
const VARIABLE: Resolved = { found: true, constant: false };
const CONSTANT: Resolved = { found: true, constant: true };

/**
 * The variables in sight at one point of one function body (or of the main script): a stack, rewound at the end of each
 * block. Functions and closures have a scope of their own.
 */
export class ParseScope {
  /** Variables of outer functions that the body of a closure uses, in order of first use. */
  readonly captures: Ident[] = [];
  /** Names of `import ... as name` in this body. */
  readonly imports: string[] = [];
  /** In the cases of a `switch`: a `|` ends the expression. */
  stopAtPipe = false;

  private readonly names: string[] = [];
  private readonly constants: boolean[] = [];
  /** Where each name stands in the stack, oldest first. */
  private readonly places = new Map<string, number[]>();
  /** Custom syntax that may change the scope hides what lies below. */
  private readonly barriers: number[] = [];

  constructor(
    /** That of the enclosing body. */
    private readonly outer: ParseScope | null,
    private readonly collectsCaptures: boolean,
  ) {}

  get length(): number {
    return this.names.length;
  }

  push(name: string, constant: boolean): void {
    const place = this.names.push(name) - 1;
    this.constants.push(constant);
    const places = this.places.get(name);
    if (places === undefined) this.places.set(name, [place]);
    else places.push(place);
  }

  pushBarrier(): void {
    this.barriers.push(this.names.push("") - 1);
    this.constants.push(true);
  }

  rewind(length: number): void {
    while (this.names.length > length) {
      const name = this.names.pop()!;
      this.constants.pop();
      if (name === "") this.barriers.pop();
      else this.places.get(name)!.pop();
    }
  }

  /** Is a variable of this name declared, barriers aside? */
  declares(name: string): boolean {
    const places = this.places.get(name);
    return places !== undefined && places.length > 0;
  }

  resolve(name: string): Resolved {
    const places = this.places.get(name);
    if (places === undefined || places.length === 0) return NOT_FOUND;
    const place = places[places.length - 1];
    const { barriers } = this;
    if (barriers.length > 0 && barriers[barriers.length - 1] > place) return NOT_FOUND;
    return this.constants[place] ? CONSTANT : VARIABLE;
  }

  /**
   * Notes the use of a name at a place, which may capture it; `isFunction`: a function of that name is already defined.
   */
  access(name: string, place: NodeBase, isFunction: boolean): Resolved {
    if (this.collectsCaptures && !isFunction && !this.declares(name)) this.capture(name, place);
    return this.resolve(name);
  }

  private capture(name: string, { pos, start, end }: NodeBase): void {
    if (this.captures.some((capture) => capture.name === name)) return;
    this.captures.push({ name, pos, start, end });
  }

  importsModule(name: string): boolean {
    return this.imports.includes(name) || this.outer?.importsModule(name) === true;
  }
}
