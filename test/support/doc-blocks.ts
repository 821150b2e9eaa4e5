// Doc blocks: the TypeScript examples of a document, made into modules whose `// => value` comments are checks.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export interface DocBlock {
  /** Heading above the block, and the line at which it begins. */
  readonly title: string;
  readonly code: string;
}

/** The ```ts blocks of a Markdown text. */
export function blocksOf(markdown: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  let heading = "";
  let code: string[] | null = null;
  let start = 0;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (code === null && /^#+ /.test(line)) heading = line.replace(/^#+ /, "");
    if (code === null && line === "```ts") {
      code = [];
      start = index + 1;
    } else if (code !== null && line === "```") {
      blocks.push({ title: `${heading}, line ${start}`, code: code.join("\n") });
      code = null;
    } else {
      code?.push(line);
    }
  }
  return blocks;
}

const CHECK = /^(.*?);\s*\/\/ (=>|throws) (.+)$/;

/** Where the statement begins that ends at a line: at the nearest line above that is not indented and closes nothing. */
function startOf(lines: readonly string[], end: number): number {
  let start = end;
  while (start > 0 && /^[\s)\]}`]/.test(lines[start])) start--;
  return start;
}

/** The statement as an expression, and what has to come before that for the name it declares. */
function checked(statement: string, kind: string, expected: string): string {
  const declared = /^(?:const|let) (\w+)[^=]*=/.exec(statement);
  if (kind === "throws") return `await __throws(async () => { ${statement}; }, ${JSON.stringify(expected)});`;
  if (declared !== null) return `${statement}; __equals(${declared[1]}, (${expected}));`;
  return `__equals((${statement}), (${expected}));`;
}

/** Turns the comments of a block into calls of `__equals` and `__throws`. */
export function withChecks(code: string): string {
  const lines = code.split("\n");
  const result: string[] = [];
  for (const [index, line] of lines.entries()) {
    const match = CHECK.exec(line);
    if (match === null) {
      result.push(line);
      continue;
    }
    const above = result.splice(result.length - (index - startOf(lines, index)));
    result.push(checked([...above, match[1]].join("\n"), match[2], match[3]));
  }
  return result.join("\n");
}

/** How many expectations a block has. */
export function checksIn(code: string): number {
  return code.split("\n").filter((line) => CHECK.test(line)).length;
}

/** What examples import, and where its source is. */
const ENTRIES: ReadonlyMap<string, string> = new Map([
  ["rhailib", "src/index.ts"],
  ["rhailib/queue", "src/queue/index.ts"],
  ["rhailib/flow", "src/flow/index.ts"],
]);

function withAddresses(code: string, address: (path: string) => string): string {
  return code.replace(/from "([^"]+)"/g, (found, name: string) => {
    const source = ENTRIES.get(name);
    return source === undefined ? found : `from "${address(source)}"`;
  });
}

/** Writes blocks as modules into a folder that git ignores. */
export class BlockFiles {
  private readonly folder: string;
  constructor(
    private readonly root: string,
    name: string,
  ) {
    this.folder = join(root, ".scratch", `${name}-${process.pid}`);
    mkdirSync(this.folder, { recursive: true });
  }
  /** The module's address. */
  write(index: number, { code }: DocBlock): string {
    const address = (path: string) => pathToFileURL(join(this.root, path)).href;
    const text = withAddresses(withChecks(code), address);
    const file = join(this.folder, `block-${index}.ts`);
    writeFileSync(
      file,
      `import { __equals, __throws } from "${address("test/support/doc-checks.ts")}";\n${text}\nexport {};\n`,
    );
    return file;
  }
  /** The blocks as they are, for the type checker, which reads the file that is returned. */
  writeForTypes(blocks: readonly DocBlock[]): string {
    const folder = join(this.folder, "types");
    mkdirSync(folder);
    for (const [index, { title, code }] of blocks.entries()) {
      const resolved = withAddresses(code, (path) => `../../../${path}`);
      const text = `// ${title}\n${resolved}\nexport {};\n`;
      writeFileSync(join(folder, `block-${index}.ts`), text);
    }
    const project = join(folder, "tsconfig.json");
    const compilerOptions = { rootDir: this.root, noUnusedLocals: false };
    const config = { extends: join(this.root, "tsconfig.json"), compilerOptions, include: ["*.ts"] };
    writeFileSync(project, JSON.stringify(config));
    return project;
  }
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function readDocument(root: string, path: string): string {
  return readFileSync(join(root, path), "utf8");
}
