// Grammar of bracketed literals: arrays, object maps, interpolated strings, and expressions in parentheses.

import { EOF } from "chevrotain";
import type { ArrayExpr, Expr, InterpolatedExpr, MapEntry, MapExpr } from "../ast.ts";
import { isValidIdentifier } from "../literals.ts";
import * as e from "../parse-errors.ts";
import * as t from "../tokens.ts";
import { ParserBase } from "./base.ts";
import { QUOTED_KEYS } from "./context.ts";
import { trimmed } from "./trimmed.ts";

const END_OF_MAP = "to end this object map literal";
const END_OF_ARRAY = "to end this array literal";

export abstract class CollectionParser extends ParserBase {
  /** `( expression )` */
  readonly group = this.RULE("group", (): Expr => {
    const open = this.CONSUME(t.LeftParen) as t.RhaiToken;
    const outer = this.deeper(open.pos);
    const expr = this.SUBRULE(this.expression);
    this.expect(0, t.RightParen, "for a matching ( in this expression");
    this.level = outer;
    return expr;
  });

  // --------------------------------------------------------------- arrays

  /** `[ expression, ... ]` */
  readonly arrayLiteral = this.RULE("arrayLiteral", (): ArrayExpr => {
    const { pos, startOffset } = this.peek();
    const outer = this.deeper(pos);
    const items: Expr[] = [];
    const item = (index: number): void => {
      const level = this.deeper(pos);
      items.push(this.subrule(index, this.expression));
      this.level = level;
      this.checkAfterArrayItem();
    };
    this.CONSUME(t.LeftBracket);
    this.checkArrayItem(items, pos);
    this.OPTION(() => {
      item(0);
      this.MANY({
        GATE: () => this.itemFollows(t.RightBracket),
        DEF: () => {
          this.CONSUME(t.Comma);
          this.checkArrayItem(items, pos);
          item(1);
        },
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
      this.checkArrayItem(items, pos);
    });
    this.CONSUME(t.RightBracket);
    this.level = outer;
    return { kind: "array", items: trimmed(items), pos, start: startOffset, end: this.lastEnd() };
  });

  /** Before an item or the closing bracket. */
  private checkArrayItem(items: readonly Expr[], pos: number): void {
    if (this.RECORDING_PHASE) return;
    const max = this.options.limits.maxArraySize;
    if (max > 0 && items.length >= max) {
      this.fail(e.literalTooLarge("Size of array literal", max, this.peek().pos));
    }
    if (this.at(EOF)) this.missing(t.RightBracket, END_OF_ARRAY);
    this.checkListItem(t.RightBracket, pos);
  }

  private checkAfterArrayItem(): void {
    if (this.RECORDING_PHASE || this.at(t.Comma) || this.at(t.RightBracket)) return;
    if (this.at(EOF)) this.missing(t.RightBracket, END_OF_ARRAY);
    this.raiseLexError();
    this.missing(t.Comma, "to separate the items of this array literal");
  }

  // ----------------------------------------------------------------- maps

  /** `#{ name: expression, "text": expression, ... }` */
  readonly mapLiteral = this.RULE("mapLiteral", (): MapExpr => {
    const { pos, startOffset } = this.peek();
    const outer = this.deeper(pos);
    const entries: MapEntry[] = [];
    const keys = new Set<string>();
    this.CONSUME(t.MapStart);
    this.checkMapKey(keys);
    this.OPTION(() => {
      this.SUBRULE(this.mapEntry, { ARGS: [entries, keys, pos] });
      this.MANY({
        GATE: () => this.itemFollows(t.RightBrace),
        DEF: () => {
          this.CONSUME(t.Comma);
          this.checkMapKey(keys);
          this.SUBRULE2(this.mapEntry, { ARGS: [entries, keys, pos] });
        },
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    this.CONSUME(t.RightBrace);
    this.level = outer;
    return { kind: "map", entries: trimmed(entries), pos, start: startOffset, end: this.lastEnd() };
  });

  readonly mapEntry = this.RULE(
    "mapEntry",
    (entries: MapEntry[], keys: Set<string>, mapPos: number): void => {
      const key = this.OR(this.mapKeys) as t.RhaiToken;
      const name = key.payload as string;
      this.expect(0, t.Colon, `to follow the property '${name}' in this object map literal`);
      this.checkMapSize(keys);
      const level = this.deeper(mapPos);
      const value = this.SUBRULE(this.expression);
      this.level = level;
      if (this.RECORDING_PHASE) return;
      keys.add(name);
      entries.push({ key: this.ident(key), value });
      this.checkAfterMapEntry();
    },
  );

  private readonly mapKeys = [
    { ALT: () => this.CONSUME(t.Identifier) },
    { ALT: () => this.CONSUME(t.StringLiteral) },
  ];

  /** Before a key or the closing brace. */
  private checkMapKey(keys: ReadonlySet<string>): void {
    if (this.RECORDING_PHASE || this.at(t.RightBrace)) return;
    const { tokenType, payload, pos } = this.peek();
    const name = payload as string;
    const bare = tokenType === t.Identifier;
    if ((bare && (this.flags & QUOTED_KEYS) === 0) || tokenType === t.StringLiteral) {
      if (keys.has(name)) this.fail(e.duplicatedProperty(name, pos));
      return;
    }
    if (tokenType === t.Reserved && isValidIdentifier(name)) this.fail(e.reserved(name, pos));
    this.raiseLexError();
    const isName = bare || tokenType === t.InterpolatedString;
    if (tokenType === EOF || (keys.size === 0 && !isName)) this.missing(t.RightBrace, END_OF_MAP);
    this.fail(e.propertyExpected(pos));
  }

  private checkMapSize(keys: ReadonlySet<string>): void {
    if (this.RECORDING_PHASE) return;
    const max = this.options.limits.maxMapSize;
    if (max > 0 && keys.size >= max) {
      this.fail(e.literalTooLarge("Number of properties in object map literal", max, this.peek().pos));
    }
  }

  private checkAfterMapEntry(): void {
    if (this.at(t.Comma) || this.at(t.RightBrace)) return;
    if (this.at(t.Identifier)) this.missing(t.Comma, "to separate the items of this object map literal");
    this.raiseLexError();
    this.missing(t.RightBrace, END_OF_MAP);
  }

  // -------------------------------------------------------- interpolation

  /** `` `text${ statements }text${ statements }text` `` */
  readonly interpolatedString = this.RULE("interpolatedString", (): InterpolatedExpr => {
    const { pos, startOffset } = this.peek();
    const outer = this.deeper(pos);
    const parts: Expr[] = [];
    this.AT_LEAST_ONE(() => {
      this.addText(parts, this.CONSUME(t.InterpolatedString) as t.RhaiToken);
      const block = this.SUBRULE(this.block, { ARGS: [pos] });
      if (!this.RECORDING_PHASE) parts.push(this.blockExpr(block));
    });
    if (!this.RECORDING_PHASE) this.raiseLexError();
    this.addText(parts, this.CONSUME(t.StringLiteral) as t.RhaiToken);
    this.level = outer;
    return { kind: "interpolated", parts: trimmed(parts), pos, start: startOffset, end: this.lastEnd() };
  });

  private addText(parts: Expr[], token: t.RhaiToken): void {
    if (token.payload === "" || this.RECORDING_PHASE) return;
    const { pos, startOffset, end, payload } = token;
    parts.push({ kind: "string", value: payload as string, pos, start: startOffset, end });
  }
}
