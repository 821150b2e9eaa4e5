// The package as `npm pack` makes it of the sources, and a project that has it installed.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

export interface Manifest {
  readonly version: string;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

/** The packed package; what is in it, how large it is. */
export class Packed {
  readonly folder = mkdtempSync(join(tmpdir(), "rhailib-package-"));
  readonly manifest: Manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  readonly tarball: string;
  readonly files: readonly PackedFile[];
  readonly size: number;
  readonly unpackedSize: number;

  /** Builds and packs in a folder of its own: dist/ of the project may be in use. */
  constructor() {
    const staging = join(this.folder, "staging");
    mkdirSync(staging);
    for (const name of ["package.json", ...this.manifest.files.filter(isCopied)])
      cpSync(join(ROOT, name), join(staging, name), { recursive: true });
    const build = [join(ROOT, "scripts/build.mjs"), "--outdir", join(staging, "dist")];
    execFileSync(process.execPath, build, { stdio: ["ignore", "inherit", "inherit"] });
    const pack = ["pack", "--json", "--ignore-scripts", "--silent"];
    const [report] = JSON.parse(execFileSync("npm", pack, { cwd: staging, encoding: "utf8" }));
    this.tarball = join(staging, report.filename);
    this.files = report.files;
    this.size = report.size;
    this.unpackedSize = report.unpackedSize;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project with the package and its dependencies, nothing else, in node_modules. */
export class Project {
  readonly folder: string;
  constructor(packed: Packed, name: string) {
    this.folder = join(packed.folder, name);
    const installed = join(this.folder, "node_modules/rhailib");
    mkdirSync(installed, { recursive: true });
    execFileSync("tar", ["-xzf", packed.tarball, "-C", installed, "--strip-components=1"]);
    // Where the registry's packages lie is not what is tested: the ones that this project has serve as well.
    for (const dependency of Object.keys(packed.manifest.dependencies)) this.link(dependency);
    this.write({ "package.json": '{ "name": "consumer", "private": true }' });
  }

  /** Makes a package of ours available to the project as well. */
  link(dependency: string): void {
    const target = join(this.folder, "node_modules", dependency);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", dependency), target);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }

  node(...args: readonly string[]): Finished {
    return run(process.execPath, args, this.folder);
  }
}

export function run(command: string, args: readonly string[], cwd: string): Finished {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

/** Whether an entry of "files" is a file of the project, not of the build, nor what is left out. */
function isCopied(entry: string): boolean {
  return entry !== "dist" && !entry.startsWith("!");
}
