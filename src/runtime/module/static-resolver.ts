// StaticModuleResolver, ModuleResolversCollection and DummyModuleResolver.

import { andThen } from "../function/sequence.ts";
import type { Module } from "./module.ts";
import type { ImportContext, ModuleResolver } from "./resolver.ts";

/** Modules registered under fixed paths. See "Static Module Resolver" in Rhai's book. */
export class StaticModuleResolver implements ModuleResolver {
  private readonly modules = new Map<string, Module>();
  /** Adds a module under a path. */
  insert(path: string, module: Module): this {
    if (module.id === null) module.id = path;
    this.modules.set(path, module);
    return this;
  }
  /** Removes the module of a path; false when there is none. */
  remove(path: string): boolean {
    return this.modules.delete(path);
  }
  /** Whether a path has a module. */
  containsPath(path: string): boolean {
    return this.modules.has(path);
  }
  /** The paths that have modules. */
  paths(): IterableIterator<string> {
    return this.modules.keys();
  }
  /** Whether a path has a module that need not be waited for. @hidden */
  holds(path: string): boolean {
    return this.modules.has(path);
  }
  /** Number of modules. */
  get length(): number {
    return this.modules.size;
  }
  /** The module of a path, or null. */
  resolve(path: string): Module | null {
    return this.modules.get(path) ?? null;
  }
}

/** Tries several resolvers in order. */
export class ModuleResolversCollection implements ModuleResolver {
  private readonly resolvers: ModuleResolver[] = [];
  /** Adds a resolver, which is asked last. */
  push(resolver: ModuleResolver): this {
    this.resolvers.push(resolver);
    return this;
  }
  /** Adds a resolver at a place in the order. */
  insert(index: number, resolver: ModuleResolver): this {
    this.resolvers.splice(index, 0, resolver);
    return this;
  }
  /** Removes the resolver at a place and returns it. */
  remove(index: number): ModuleResolver | undefined {
    return this.resolvers.splice(index, 1)[0];
  }
  /** Whether one of them has a module for a path that need not be waited for. @hidden */
  holds(path: string): boolean {
    return this.resolvers.some((resolver) => resolver.holds?.(path));
  }
  /** Number of resolvers. */
  get length(): number {
    return this.resolvers.length;
  }
  /** Whether one of them may return promises. */
  get isAsync(): boolean {
    return this.resolvers.some((resolver) => resolver.isAsync);
  }
  /** What the first resolver finds that finds anything, or null. */
  resolve(path: string, context: ImportContext): Module | null | Promise<Module | null> {
    return this.resolveFrom(0, path, context);
  }
  private resolveFrom(
    first: number,
    path: string,
    context: ImportContext,
  ): Module | null | Promise<Module | null> {
    if (first === this.resolvers.length) return null;
    return andThen(this.resolvers[first].resolve(path, context), (module) =>
      module === null ? this.resolveFrom(first + 1, path, context) : module,
    );
  }
  /** Where all of them look. */
  locations(path: string, source: string | null): readonly string[] {
    return this.resolvers.flatMap((resolver) => resolver.locations?.(path, source) ?? []);
  }
}

/** Knows no module at all: every import fails. */
export class DummyModuleResolver implements ModuleResolver {
  /** Null. */
  resolve(): null {
    return null;
  }
}
