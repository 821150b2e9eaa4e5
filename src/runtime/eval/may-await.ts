// Which parts of a program may have to wait: decided while linking, so that all other parts pay nothing for it.
//
// A node may await when it calls something asynchronous: a native by name, a script function that may await itself, or a
// function pointer in a program where there is something to await. Marked are those nodes and everything around them, up to
// the function. Doubts are resolved in favour of waiting: a node marked without need only loses a little speed.

import type { Ast, CallExpr, ChainStep, Expr, Ident, MethodStep, ScriptFnDef, Stmt } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { isBlock, isFunction, visitChildren, type WalkNode } from "../../lang/walk.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import type { GlobalNamespace } from "../module/global-namespace.ts";
import type { Module } from "../module/module.ts";
import type { ModuleResolver } from "../module/resolver.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import type { ScriptFn } from "./frame.ts";
import { functionKey } from "./library.ts";

/** The nodes of a program that may await. */
export interface Awaiting {
  has(node: object): boolean;
}

/** Why something may await: the function (or `import`, `eval` ...) and where it is used. */
export interface AwaitReason {
  readonly name: string;
  readonly position: Position;
}

export interface AwaitAnalysis extends Awaiting {
  /** Why the top level (or a function) may await, or null. */
  reason(fn?: ScriptFnDef): AwaitReason | null;
}

export interface AwaitSettings {
  readonly registry: FunctionRegistry;
  readonly globalModules: ReadonlyMap<string, Module>;
  /** What static modules let scripts use without their names. */
  readonly staticNatives: readonly FunctionRegistry[];
  readonly globalNamespace: GlobalNamespace;
  /** The module resolver may return promises. */
  readonly asyncImports: boolean;
  /** What the script brings along, asked before. */
  readonly embedded: ModuleResolver | null;
  /** What imports bring along counts as asynchronous: nobody can tell. */
  readonly doubtImports: boolean;
  /** The host hands over function pointers of which nobody can tell. */
  readonly doubtPointers: boolean;
}

/** Every node may await: for code that is linked at run time, where nobody can tell what it will call. */
export const EVERYTHING: Awaiting = { has: () => true };

/** What a place in the code does that may have to be waited for. */
type Site = { readonly node: WalkNode; readonly position: Position; readonly shown: string } & (
  | { readonly kind: "always" }
  | { readonly kind: "function"; readonly key: string }
  | { readonly kind: "method"; readonly key: string }
  | { readonly kind: "pointer" }
);

/** A function's body, or the script's top level. */
interface Unit {
  readonly def: ScriptFnDef | null;
  readonly sites: Site[];
  readonly parents: Map<WalkNode, WalkNode>;
}

/** The analysis of a program; null when nothing in it can await. */
export function analyseAwaits(ast: Ast, settings: AwaitSettings): AwaitAnalysis | null {
  if (!anythingAsync(ast, settings)) return null;
  const analysis = new Analysis(ast, settings);
  return analysis.isEmpty ? null : analysis;
}

function anythingAsync(
  ast: Ast,
  { registry, globalModules, globalNamespace, asyncImports, doubtPointers }: AwaitSettings,
): boolean {
  if (registry.hasAsync || asyncImports || doubtPointers || globalNamespace.mayAwait) return true;
  for (const module of globalModules.values()) if (isAsyncModule(module)) return true;
  return hasAsyncSyntax(ast);
}

function isAsyncModule(module: Module): boolean {
  if (module.hasNativeFunctions && module.functions.hasAsync) return true;
  for (const fn of [...module.scriptFunctions.values(), ...module.methods.values()])
    if (fn.mayAwait) return true;
  for (const sub of module.modules.values()) if (isAsyncModule(sub)) return true;
  return false;
}

/** Whether a module or one of its sub-modules has a typed method, for whatever type, that may await. */
function hasMethod(module: Module, key: string, doubts: boolean): boolean {
  if (endsIn(module.methods, key, doubts)) return true;
  for (const sub of module.modules.values()) if (hasMethod(sub, key, doubts)) return true;
  return false;
}

function endsIn(methods: ReadonlyMap<string, ScriptFn>, key: string, doubts: boolean): boolean {
  for (const [name, fn] of methods)
    if (name.endsWith(`.${key}`) && (doubts ? fn.mayAwait : fn.waits)) return true;
  return false;
}

function importsModules(ast: Ast): boolean {
  return someNode(ast, (node) => "kind" in node && node.kind === "import");
}

function someNode(ast: Ast, test: (node: WalkNode) => boolean): boolean {
  for (const def of [null, ...ast.functions]) {
    for (const { node } of visitUnit(ast, def)) if (test(node)) return true;
  }
  return false;
}

const syntaxKnown = new WeakMap<Ast, boolean>();

function hasAsyncSyntax(ast: Ast): boolean {
  const known = syntaxKnown.get(ast);
  if (known !== undefined) return known;
  const found = someNode(ast, (node) => "kind" in node && node.kind === "custom" && isAsyncSyntax(node));
  syntaxKnown.set(ast, found);
  return found;
}

function isAsyncSyntax(node: Extract<Expr, { kind: "custom" }>): boolean {
  return (node.implementation as { isAsync?: boolean } | null)?.isAsync === true;
}

/** The nodes of a unit with their parents; bodies of closures are units of their own. */
function* visitUnit(
  ast: Ast,
  def: ScriptFnDef | null,
): IterableIterator<{ node: WalkNode; parent: WalkNode | null }> {
  const roots: readonly WalkNode[] = def === null ? ast.statements : [def.body];
  const waiting = roots.map((node) => ({ node, parent: null as WalkNode | null })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node } = next;
    yield next;
    const first = waiting.length;
    visitChildren(node, (child) => {
      if (isBlock(child) || !isFunction(child)) waiting.push({ node: child, parent: node });
    });
    const children = waiting.splice(first).reverse();
    for (const child of children) waiting.push(child);
  }
}

class Analysis implements AwaitAnalysis {
  private readonly marked = new Set<object>();
  private readonly units: Unit[];
  /** Names by which a map in this program may hold a function pointer: its keys, properties and strings. */
  private readonly keys = new Set<string>();
  private readonly awaitingFns = new Set<string>();
  private readonly awaitingMethods = new Set<string>();
  /** The program imports modules, of which nobody can tell what they bring. */
  private readonly doubtful: boolean;
  private pointersAwait: boolean;
  /** The functions of the program, by `name/arity`. */
  private readonly defined: ReadonlySet<string>;
  /** Where natives come from that need no module's name. */
  private readonly registries: readonly FunctionRegistry[];

  constructor(
    private readonly ast: Ast,
    private readonly settings: AwaitSettings,
  ) {
    this.pointersAwait = settings.doubtPointers;
    this.doubtful = settings.doubtImports && importsModules(ast);
    this.defined = new Set(ast.functions.map((fn) => functionKey(fn.name, fn.params.length)));
    this.registries = [settings.registry, ...settings.staticNatives];
    this.units = [null, ...ast.functions].map((def) => this.collect(def));
    this.findPointers();
    this.spread();
    this.mark();
  }

  get isEmpty(): boolean {
    return this.marked.size === 0;
  }

  has(node: object): boolean {
    return this.marked.has(node);
  }

  private collect(def: ScriptFnDef | null): Unit {
    const unit: Unit = { def, sites: [], parents: new Map() };
    for (const { node, parent } of visitUnit(this.ast, def)) {
      if (parent !== null) unit.parents.set(node, parent);
      if (!isBlock(node) && !isFunction(node)) this.look(unit, node);
    }
    return unit;
  }

  private look(unit: Unit, node: Expr | Stmt | ChainStep): void {
    const add = (shown: string, position = node.pos) =>
      unit.sites.push({ kind: "always", node, position, shown });
    switch (node.kind) {
      case "call":
        this.lookAtCall(unit, node);
        break;
      case "method":
        this.lookAtMethod(unit, node);
        break;
      case "property":
        this.keys.add(node.name);
        if (this.isAsyncProperty(node.name)) add(`property '${node.name}'`);
        break;
      case "index":
        if (this.isAsyncName("index$get$") || this.isAsyncName("index$set$")) add("an indexer");
        break;
      case "assign":
        if (node.op !== null && (this.isAsyncName(node.op) || this.isAsyncName(`${node.op}=`)))
          add(`operator '${node.op}='`);
        break;
      case "for":
        if (this.doubtful || this.registries.some((registry) => registry.hasAsyncIterators))
          add("an iterator");
        break;
      case "import":
        if (this.settings.doubtImports || this.waitsForModule(node.path)) add("import");
        break;
      case "custom":
        if (isAsyncSyntax(node)) add("custom syntax");
        break;
      case "map":
        for (const { key } of node.entries) this.keys.add(key.name);
        break;
      case "string":
        this.keys.add(node.value);
        break;
      case "constant":
        if (node.value instanceof FnPtr && this.isAsyncPointer(node.value)) this.pointersAwait = true;
        break;
    }
  }

  private waitsForModule(path: Expr): boolean {
    const { asyncImports, embedded } = this.settings;
    return asyncImports && !(path.kind === "string" && embedded?.holds?.(path.value) === true);
  }

  private isAsyncName(name: string): boolean {
    return this.registries.some((registry) => registry.isAsync(name));
  }
  private isAsyncPointer({ name, native }: FnPtr): boolean {
    return native === null ? this.isAsyncName(name) : native.isAsync;
  }
  private callsBack(name: string): boolean {
    return this.registries.some((registry) => registry.callsBack(name));
  }
  /** A script function that is none of this program's: of a global module, or, as a method, of a static one. */
  private outsideAwaits(key: string, isMethod: boolean): boolean {
    const { globalNamespace, globalModules } = this.settings;
    const { doubtImports } = this.settings;
    const fn = globalNamespace.functions.get(key);
    if (doubtImports ? fn?.mayAwait : fn?.waits) return true;
    if (!isMethod) return false;
    if (endsIn(globalNamespace.methods, key, doubtImports)) return true;
    return [...globalModules.values()].some((module) => hasMethod(module, key, doubtImports));
  }

  private isAsyncProperty(name: string): boolean {
    return [`get$${name}`, `set$${name}`, "index$get$", "index$set$"].some((fn) => this.isAsyncName(fn));
  }

  private lookAtCall(unit: Unit, node: CallExpr): void {
    const { name, pos: position, args, op } = node;
    const shown = op === null ? `function '${name}'` : `operator '${op}'`;
    const at = { node, position, shown };
    if (node.namespace !== null) {
      this.lookAtQualified(unit, node, node.namespace);
      return;
    }
    const key = functionKey(name, args.length);
    if (this.isAsyncName(name) || (op === null && this.isDoubtfulCall(name, key)))
      unit.sites.push({ kind: "always", ...at });
    if (op === null || name === "contains") {
      unit.sites.push({ kind: "function", key, ...at });
      if (name === "call" || this.callsBack(name)) unit.sites.push({ kind: "pointer", ...at });
      // A pointer to a name that is made at run time.
      if (name === "Fn" && args[0]?.kind !== "string") this.pointersAwait = true;
    }
  }

  /** Whether a call of this name may reach something asynchronous that is none of the engine's natives. */
  private isDoubtfulCall(name: string, key: string): boolean {
    if (name === "eval" || this.outsideAwaits(key, false)) return true;
    return this.doubtful && !this.registries.some((registry) => registry.has(name)) && !this.defined.has(key);
  }

  private lookAtQualified(unit: Unit, node: CallExpr, path: readonly Ident[]): void {
    const { name, pos: position } = node;
    const at = {
      node,
      position,
      shown: `function '${[...path.map((ident) => ident.name), name].join("::")}'`,
    };
    const root = this.settings.globalModules.get(path[0].name);
    const module = root?.resolve(path.slice(1).map((ident) => ident.name));
    if (this.doubtful || (this.settings.doubtImports && module == null))
      unit.sites.push({ kind: "always", ...at });
    if (!module) return;
    const script = module.scriptFunctions.get(functionKey(name, node.args.length));
    const natives = module.hasNativeFunctions ? module.functions : null;
    const scriptWaits = this.settings.doubtImports ? script?.mayAwait : script?.waits;
    if (scriptWaits || natives?.isAsync(name)) unit.sites.push({ kind: "always", ...at });
    if (script !== undefined || natives?.callsBack(name)) unit.sites.push({ kind: "pointer", ...at });
  }

  private lookAtMethod(unit: Unit, node: MethodStep): void {
    const { name, pos: position, args } = node;
    const at = { node, position, shown: `method '${name}'` };
    // Imported modules may bring typed methods.
    const key = functionKey(name, args.length);
    if (this.isAsyncName(name) || name === "eval" || this.doubtful || this.outsideAwaits(key, true))
      unit.sites.push({ kind: "always", ...at });
    unit.sites.push({ kind: "method", key, ...at });
    if (name === "call" || this.callsBack(name)) unit.sites.push({ kind: "pointer", ...at });
  }

  /** Natives that take a function's name as a string, and methods that may be properties of maps. */
  private findPointers(): void {
    for (const key of this.keys) if (this.isAsyncName(key)) this.pointersAwait = true;
    for (const unit of this.units) {
      for (const { node, position, shown } of unit.sites.filter(({ kind }) => kind === "method")) {
        const { name } = node as MethodStep;
        if (this.keys.has(name) || !this.registries.some((registry) => registry.has(name)))
          unit.sites.push({ kind: "pointer", node, position, shown });
      }
    }
  }

  /** Adds functions that may await until there are no more. */
  private spread(): void {
    const done = new Set<Unit>();
    for (let changed = true; changed; ) {
      changed = false;
      for (const unit of this.units) {
        if (done.has(unit) || !unit.sites.some((site) => this.awaits(site))) continue;
        done.add(unit);
        changed = true;
        this.pointersAwait = true;
        if (unit.def === null) continue;
        const key = functionKey(unit.def.name, unit.def.params.length);
        if (unit.def.thisType === null) this.awaitingFns.add(key);
        this.awaitingMethods.add(key);
      }
    }
  }

  private awaits(site: Site): boolean {
    switch (site.kind) {
      case "always":
        return true;
      case "function":
        return this.awaitingFns.has(site.key);
      case "method":
        return this.awaitingMethods.has(site.key);
      case "pointer":
        return this.pointersAwait;
    }
  }

  private mark(): void {
    for (const unit of this.units) {
      for (const site of unit.sites) {
        if (!this.awaits(site)) continue;
        for (let node: WalkNode | undefined = site.node; node !== undefined; node = unit.parents.get(node)) {
          if (this.marked.has(node)) break;
          this.marked.add(node);
        }
        if (unit.def !== null) this.marked.add(unit.def);
      }
    }
  }

  reason(fn?: ScriptFnDef): AwaitReason | null {
    const unit = this.units.find(({ def }) => def === (fn ?? null));
    const site = unit?.sites.find((candidate) => this.awaits(candidate));
    return site === undefined ? null : this.reasonOf(site, new Set());
  }

  /** Follows calls of script functions to what they may have to wait for. */
  private reasonOf(site: Site, seen: Set<string>): AwaitReason {
    const plain = { name: site.shown, position: site.position };
    if ((site.kind !== "function" && site.kind !== "method") || seen.has(site.key)) return plain;
    seen.add(site.key);
    for (const { def, sites } of this.units) {
      if (def === null || functionKey(def.name, def.params.length) !== site.key) continue;
      const inner = sites.find((candidate) => this.awaits(candidate));
      if (inner !== undefined) return this.reasonOf(inner, seen);
    }
    return plain;
  }
}
