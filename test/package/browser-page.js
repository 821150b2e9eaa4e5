// What the page in browser.test.ts does: runs scripts with the bundle for browsers and reports what they yield.

import { Engine, Scope, tasksPackage, valueToJs } from "/rhailib.js";

/** What a function yields or throws, as text. */
async function outcome(work) {
  try {
    const value = await work();
    return typeof value === "string" ? value : JSON.stringify(value);
  } catch (error) {
    return `${error.name}: ${error}`;
  }
}

const cases = {
  sync: () => new Engine().evalSync("[1, 2, 3].map(|n| n * n).reduce(|sum, n| sum + n, 0)"),
  bytes: () => new Engine().evalSync('"aé€😀".bytes'),
  sizes: () => new Engine().setMaxStringSize(10).evalSync('let s = "é"; loop { s += s; }'),
  scope: () => {
    const scope = new Scope().push("x", 40);
    new Engine().evalSync("x += 2; let y = x * 2;", scope);
    return [scope.get("x"), scope.get("y")];
  },
  error: () => new Engine().evalSync("let a = 1;\n  a + b"),
  recursion: () => new Engine().evalSync("fn f(n) { f(n + 1) } f(0)"),
  deep: () => new Engine().setMaxCallLevels(0).evalSync("fn f(n) { f(n + 1) } f(0)"),
  async: () => {
    const engine = new Engine().registerAsyncFn("fetch_text", ["string"], async (url) => {
      const response = await fetch(url);
      return response.text();
    });
    return engine.eval('["/one.txt", "/two.txt"].map(|url| fetch_text(url))').then(valueToJs);
  },
  refused: () => new Engine().registerAsyncFn("later", [], async () => 1).evalSync("later()"),
  deadline: () =>
    new Engine()
      .registerAsyncFn("never", [], () => new Promise(() => undefined))
      .eval("never()", { deadline: 20 }),
  tasks: () =>
    new Engine()
      .registerPackage(tasksPackage)
      .eval("parallel([|| { sleep(0.01); 1 }, || 2])")
      .then(valueToJs),
  sleep: () => new Engine().evalSync("sleep(0.01)"),
  noFile: () => new Engine().evalFileSync("main.rhai"),
  noModule: () => new Engine().evalSync('import "lib/tax" as tax; tax::of(100)'),
  files: () => {
    const pages = {
      "main.rhai": 'import "lib/tax" as tax; tax::of(100)',
      "lib/tax.rhai": "fn of(x) { x * 19 / 100 }",
    };
    return new Engine().setScriptFiles({ readText: (path) => pages[path] }).evalFileSync("main.rhai");
  },
};

/** What a program in examples/ prints. */
function printed(name, programs) {
  const lines = [];
  const engine = new Engine().setScriptFiles({ readText: (path) => programs[path] });
  engine.onPrint((text) => lines.push(`${text}\n`));
  engine.evalFileSync(`${name}.rhai`);
  return lines.join("");
}

async function report() {
  const results = {};
  for (const [name, work] of Object.entries(cases)) results[name] = await outcome(work);
  const { programs, names } = await (await fetch("/programs.txt")).json();
  const examples = {};
  for (const name of names) examples[name] = await outcome(() => printed(name, programs));
  return { results, examples };
}

const result = await report().catch((error) => ({ failed: `${error}\n${error.stack}` }));
await fetch("/report", { method: "POST", body: JSON.stringify(result) });
