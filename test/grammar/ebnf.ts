// Reads the W3C's EBNF, and gives rules a form in which they can be compared or matched.

export type Ebnf =
  | { readonly kind: "name" | "text" | "set"; readonly text: string }
  | { readonly kind: "repeat"; readonly item: Ebnf; readonly mark: "?" | "*" | "+" }
  | { readonly kind: "sequence" | "choice"; readonly items: readonly Ebnf[] }
  | { readonly kind: "except"; readonly item: Ebnf; readonly not: Ebnf };

const LEXEME =
  /\s+|\/\*[\s\S]*?\*\/|(?<rule>\w+)\s*::=|(?<name>\w+)|"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<set>\[[^\]]+\]|#x[0-9A-F]+)|(?<mark>[()|?*+-])/y;

interface Lexeme {
  readonly kind: "rule" | "name" | "text" | "set" | "mark" | "end";
  readonly text: string;
}

function lexemes(source: string): Lexeme[] {
  const found: Lexeme[] = [];
  for (LEXEME.lastIndex = 0; LEXEME.lastIndex < source.length; ) {
    const at = LEXEME.lastIndex;
    const groups = LEXEME.exec(source)?.groups;
    if (groups === undefined)
      throw new Error(`EBNF: cannot read ${JSON.stringify(source.slice(at, at + 20))}`);
    for (const [kind, text] of Object.entries(groups)) {
      if (text === undefined) continue;
      const isText = kind === "double" || kind === "single";
      found.push({ kind: isText ? "text" : (kind as Lexeme["kind"]), text });
    }
  }
  return [...found, { kind: "end", text: "" }];
}

class Reader {
  private at = 0;
  constructor(private readonly input: readonly Lexeme[]) {}

  rules(): Map<string, Ebnf> {
    const rules = new Map<string, Ebnf>();
    while (this.input[this.at].kind !== "end") {
      const { kind, text } = this.input[this.at++];
      if (kind !== "rule") throw new Error(`EBNF: a rule should begin at '${text}'`);
      if (rules.has(text)) throw new Error(`EBNF: two rules '${text}'`);
      rules.set(text, this.choice());
    }
    return rules;
  }

  private mark(marks: string): string | null {
    const { kind, text } = this.input[this.at];
    if (kind !== "mark" || !marks.includes(text)) return null;
    this.at++;
    return text;
  }

  private choice(): Ebnf {
    const items = [this.sequence()];
    while (this.mark("|")) items.push(this.sequence());
    return items.length === 1 ? items[0] : { kind: "choice", items };
  }

  private sequence(): Ebnf {
    const items: Ebnf[] = [];
    for (let item = this.item(); item !== null; item = this.item()) items.push(item);
    return items.length === 1 ? items[0] : { kind: "sequence", items };
  }

  private item(): Ebnf | null {
    const repeated = this.repeated();
    if (repeated === null || !this.mark("-")) return repeated;
    return { kind: "except", item: repeated, not: this.repeated()! };
  }

  private repeated(): Ebnf | null {
    const item = this.atom();
    const mark = item === null ? null : this.mark("?*+");
    return mark === null ? item : { kind: "repeat", item: item!, mark: mark as "?" | "*" | "+" };
  }

  private atom(): Ebnf | null {
    const { kind, text } = this.input[this.at];
    if (kind === "mark" && text === "(") {
      this.at++;
      const inner = this.choice();
      if (!this.mark(")")) throw new Error("EBNF: ) expected");
      return inner;
    }
    if (kind !== "name" && kind !== "text" && kind !== "set") return null;
    this.at++;
    return { kind, text };
  }
}

export function parseEbnf(source: string): Map<string, Ebnf> {
  return new Reader(lexemes(source)).rules();
}

/** All leaves of a rule. */
export function leaves(node: Ebnf): Extract<Ebnf, { text: string }>[] {
  switch (node.kind) {
    case "repeat":
      return leaves(node.item);
    case "except":
      return [node.item, node.not].flatMap(leaves);
    case "sequence":
    case "choice":
      return node.items.flatMap(leaves);
    default:
      return [node];
  }
}

/** The same text for rules of the same meaning: no needless groups, choices in alphabetical order. */
export function canonical(node: Ebnf, leafText: (leaf: { kind: string; text: string }) => string): string {
  const inner = (each: Ebnf): string => canonical(each, leafText);
  switch (node.kind) {
    case "repeat": {
      const { item, mark } = node;
      if (mark === "?" && item.kind === "repeat")
        return inner({ kind: "repeat", item: item.item, mark: "*" });
      return `{${inner(item)}}${mark}`;
    }
    case "except":
      return `{${inner(node.item)}}-{${inner(node.not)}}`;
    case "sequence":
      return node.items.map(inner).join(" ");
    case "choice":
      return `(${node.items.map(inner).sort().join(" | ")})`;
    default:
      return leafText(node);
  }
}

/** Rules may refer to themselves; expressions reach no deeper than this. */
const MAX_DEPTH = 12;

/** A regular expression for what a rule of characters matches. */
export function toPattern(rules: ReadonlyMap<string, Ebnf>, node: Ebnf, depth = 0): string {
  const inner = (each: Ebnf): string => toPattern(rules, each, depth);
  switch (node.kind) {
    case "name":
      if (depth > MAX_DEPTH) return "(?!)";
      return `(?:${toPattern(rules, rules.get(node.text)!, depth + 1)})`;
    case "text":
      return node.text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    case "set":
      return toSet(node.text);
    case "repeat":
      return `(?:${inner(node.item)})${node.mark}`;
    case "except":
      return `(?!(?:${inner(node.not)})$)(?:${inner(node.item)})`;
    case "sequence":
      return node.items.map(inner).join("");
    case "choice":
      return `(?:${node.items.map(inner).join("|")})`;
  }
}

function toSet(text: string): string {
  const codes = text.replace(/#x([0-9A-F]+)/g, "\\u{$1}");
  if (!codes.startsWith("[")) return codes;
  return codes.replace(/\+-\]$/, "+\\-]");
}
