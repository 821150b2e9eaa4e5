// The API reference: TypeDoc makes it without a warning, and every export has a doc comment, down to its members.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ROOT, run } from "./packed.ts";

/** The parts of TypeDoc's JSON that are looked at. */
interface Reflection {
  readonly name: string;
  readonly kind: number;
  readonly comment?: { readonly summary: readonly unknown[]; readonly blockTags?: readonly unknown[] };
  readonly children?: readonly Reflection[];
  readonly signatures?: readonly Reflection[];
  readonly getSignature?: Reflection;
  readonly setSignature?: Reflection;
}

const NAMESPACE = 4;
const CONSTRUCTOR = 512;
const REFERENCE = 4_194_304;

function isDocumented(item: Reflection): boolean {
  const accessors = [item.getSignature, item.setSignature].filter((accessor) => accessor !== undefined);
  const signatures = [...(item.signatures ?? []), ...accessors];
  return [item, ...signatures].some(({ comment }) => (comment?.summary.length ?? 0) > 0);
}

/** Names of what has no comment. A constructor is described by its class, a part of a syntax tree by its name and type. */
function undocumented(item: Reflection, path: readonly string[] = []): string[] {
  const isNode = path.length === 2 && path[0] === "syntax";
  const children = isNode ? [] : (item.children ?? []);
  const below = children
    .filter(({ kind }) => kind !== CONSTRUCTOR && kind !== REFERENCE)
    .flatMap((child) => undocumented(child, [...path, child.name]));
  const needsNone = path.length === 0 || item.kind === NAMESPACE || isDocumented(item);
  return needsNone ? below : [path.join("."), ...below];
}

const folder = mkdtempSync(join(tmpdir(), "rhailib-api-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the API reference", () => {
  const typedoc = join(ROOT, "scripts/api-docs/node_modules/typedoc/bin/typedoc");
  const options = ["--options", join(ROOT, "scripts/api-docs/typedoc.json")];
  const json = join(folder, "api.json");
  const outputs = ["--out", join(folder, "html"), "--json", json];
  const made = run(process.execPath, [typedoc, ...options, ...outputs], ROOT);

  it("is made without a warning", () => {
    const warnings = `${made.stdout}${made.stderr}`.split("\n").filter((line) => /warning|error/.test(line));
    expect(warnings).toEqual([]);
    expect(made.code).toBe(0);
    expect(readFileSync(join(folder, "html/classes/Engine.html"), "utf8")).toContain("registerAsyncFn");
  });

  it("says something about every export", () => {
    const api: Reflection = JSON.parse(readFileSync(json, "utf8"));
    expect(undocumented(api)).toEqual([]);
    expect(api.children?.map(({ name }) => name)).toContain("Engine");
  });
});
