// The shortest text of a script: what it looks like, and that it is the same script.

import { describe, expect, it } from "vitest";
import { Engine, ParseError } from "../../src/index.ts";
import { validScripts } from "../grammar/corpus.ts";
import { treeText } from "./tree-text.ts";

const engine = new Engine().setOptimizationLevel("none").setMaxExprDepths(0, 0);

/** Names of closures are made of their positions. */
function tree(text: string): string {
  return treeText(engine.compile(text)).replace(/anon\$[0-9a-f]+/g, "anon");
}

function isValid({ text }: { readonly text: string }): boolean {
  try {
    engine.compile(text);
    return true;
  } catch {
    return false;
  }
}

describe("compactScript", () => {
  it.each([
    ["let x = 1;  // one\nx  +  1", "let x=1;x+1"],
    ["/// Doc.\nfn f ( a , b ) { return a + b ; }", "fn f(a,b){return a+b;}"],
    ["if x { 1 } else if y { 2 } else { 3 }", "if x{1}else if y{2}else{3}"],
    ["/* a /* nested */ comment */ 1", "1"],
    ['let a = #{ a : 1 , "b c" : [ 1 , 2 ] } ; a ?. b ?[ 0 ]', 'let a=#{a:1,"b c":[1,2]};a?.b?[0]'],
    ["`a  ${  x  +  `b ${ y } c` }  d`", "`a  ${x+`b ${y} c`}  d`"],
    ["`${ #{ a: 1 } }  ${ { 2 } }`", "`${#{a:1}}  ${{2}}`"],
    ["x - - y", "x- -y"],
    ["1 < - 2", "1< - 2"],
    ["x == - y", "x==-y"],
    ["x == - 2.abs()", "x==- 2.abs()"],
    ["x == -2.abs()", "x==-2.abs()"],
    ["x - 2", "x-2"],
    ["1. + 1_000 + 0xFF_FF", "1.0+1000+0xFFFF"],
    ["switch n { 10.. => 1, ..0 => 2, _ => 3 }", "switch n{10.. =>1,..0=>2,_=>3}"],
    ['"a \\\n   b" + "c\\td"', '"a   b"+"c\\td"'],
    ['#"raw "text" here"# + 1', '#"raw "text" here"#+1'],
    ["f( )", "f( )"],
    ["", ""],
    ["// nothing", ""],
  ])("%j is %j", (text, expected) => {
    expect(engine.compactScript(text)).toBe(expected);
    expect(tree(expected)).toBe(tree(text));
  });

  it("means the same for all scripts of the corpus, and has nothing left to leave out", () => {
    const wrong: string[] = [];
    let before = 0;
    let after = 0;
    for (const { text } of validScripts().filter(isValid)) {
      const compact = engine.compactScript(text);
      before += text.length;
      after += compact.length;
      if (tree(compact) !== tree(text) || engine.compactScript(compact) !== compact) wrong.push(text);
    }
    expect(wrong).toEqual([]);
    expect(before).toBeGreaterThan(100_000);
    expect(after).toBeLessThan(before * 0.85);
  });

  it("keeps what custom syntax reads as it is", () => {
    const own = new Engine();
    own.registerCustomSyntax(["twice", "$expr$", "times"], ([input]) => Number(input.evaluate()) * 2);
    own.registerCustomSyntaxWithState(
      "sql",
      (parsed, _ahead, state) => {
        const memo = state as { value?: string };
        if (parsed.at(-1) === "!") return null;
        memo.value = parsed.slice(1).join("");
        return "$raw$";
      },
      (_inputs, context) => context.state,
    );
    const text = "let  a = 1 ;  let b = sql  select  *  from 'a  !  ;  a  +  twice  ( 3 )  times";
    const compact = own.compactScript(text);
    expect(compact).toBe("let a=1;let b=sql  select  *  from 'a  !;a+twice(3)times");
    expect(own.evalSync(`${compact}`)).toBe(7);
    expect(own.evalSync(`${compact};b`)).toBe("  select  *  from 'a  ");
  });

  it("refuses what is no script", () => {
    expect(() => engine.compactScript("let = 1")).toThrow(ParseError);
    expect(() => engine.compactScript(7 as never)).toThrow(TypeError);
  });
});
