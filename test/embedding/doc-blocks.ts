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
    const checks = pathToFileURL(join(this.root, "test/embedding/doc-checks.ts")).href;
    const library = pathToFileURL(join(this.root, "src/index.ts")).href;
    const queue = pathToFileURL(join(this.root, "src/queue/index.ts")).href;
    const flow = pathToFileURL(join(this.root, "src/flow/index.ts")).href;
    const text = withChecks(code)
      .replace(/from "rhailib"/g, `from "${library}"`)
      .replace(/from "rhailib\/queue"/g, `from "${queue}"`)
      .replace(/from "rhailib\/flow"/g, `from "${flow}"`);
    const file = join(this.folder, `block-${index}.ts`);
    writeFileSync(file, `import { __equals, __throws } from "${checks}";\n${text}\nexport {};\n`);
    return file;
  }
  /** The blocks as they are, for the type checker, which reads the file that is returned. */
  writeForTypes(blocks: readonly DocBlock[]): string {
    const folder = join(this.folder, "types");
    mkdirSync(folder);
    const library = '"../../../src/index.ts"';
    const queue = '"../../../src/queue/index.ts"';
    const flow = '"../../../src/flow/index.ts"';
    for (const [index, { title, code }] of blocks.entries()) {
      const resolved = code
        .replace(/"rhailib"/g, library)
        .replace(/"rhailib\/queue"/g, queue)
        .replace(/"rhailib\/flow"/g, flow);
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
