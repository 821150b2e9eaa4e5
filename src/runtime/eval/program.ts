// Programs: syntax trees linked for one engine configuration. Functions are linked at their first call.

import type { Ast, Block, ScriptFnDef, Stmt } from "../../lang/ast.ts";
import { NO_POSITION } from "../../lang/position.ts";
import { linkStatements, linkStatementsAsync } from "./block.ts";
import type { AsyncExec, Chain, Environment, Exec, Frame, FunctionTable, ScriptFn } from "./frame.ts";
import { functionKey } from "./library.ts";
import { Linker, type LinkSettings } from "./linker.ts";
import {
  type AwaitAnalysis,
  type Awaiting,
  type AwaitReason,
  type AwaitSettings,
  analyseAwaits,
  EVERYTHING,
} from "./may-await.ts";
import { withinStack } from "./native-error.ts";
import { type BodyFacts, bodyFacts, StaticScope } from "./static-scope.ts";

/** What a program's top level runs. */
export interface LinkedBody<E> {
  /** Slots the top-level frame needs. */
  readonly frameSize: number;
  readonly body: E;
}

export interface Program extends LinkedBody<Exec> {
  readonly table: FunctionTable;
  readonly doc: string;
  /** The top level for asynchronous runs: the same one when nothing in it may await. */
  readonly async: LinkedBody<AsyncExec>;
  /**
   * Why the top level, or a function, cannot be run synchronously; null when it can. Imported modules are not looked at:
   * they are checked when they are imported.
   */
  refusal(fn?: ScriptFnDef): AwaitReason | null;
}

/** Forms of a program beyond the engine's settings. */
export interface LinkVariant {
  /** Operations are tracked, whatever the limits are. */
  readonly metered?: boolean;
  /** Every node is linked asynchronously: for code whose surroundings are unknown, and for tests. */
  readonly everyNode?: boolean;
  /** The host hands over function pointers of which nobody can tell what they do. */
  readonly doubtPointers?: boolean;
}

/** Tells variants apart. */
export function variantKey({
  metered = false,
  everyNode = false,
  doubtPointers = false,
}: LinkVariant): number {
  return (metered ? 1 : 0) + (everyNode ? 2 : 0) + (doubtPointers ? 4 : 0);
}

/** The host's callbacks and a debugger may define variables anywhere, and see all there are. */
function factsFor(
  { asksVariables, asksDefinitions, watch }: LinkSettings,
  body: Block | readonly Stmt[],
): BodyFacts {
  const facts = bodyFacts(body);
  const isSeen = asksVariables || asksDefinitions || watch !== null;
  return isSeen ? { ...facts, hasEval: true, sharesScope: true } : facts;
}

class ScriptFunction implements ScriptFn {
  readonly name: string;
  readonly arity: number;
  readonly isEmpty: boolean;
  environment: Environment | null = null;
  captured = 0;
  frameSize: number;
  body: Exec;
  sharedBody: Exec;
  readonly mayAwait: boolean;
  readonly metered: boolean;
  private linkedAsync: AsyncExec | null = null;
  private linkedSharedAsync: AsyncExec | null = null;
  constructor(
    readonly def: ScriptFnDef,
    readonly table: FunctionTable,
    private readonly settings: LinkSettings,
    private readonly refusal: (def: ScriptFnDef) => AwaitReason | null,
  ) {
    this.name = def.name;
    this.arity = def.params.length;
    this.isEmpty = def.body.statements.length === 0;
    this.frameSize = def.params.length;
    this.metered = settings.metered;
    this.mayAwait = settings.awaiting?.has(def) ?? false;
    this.body = (frame) => {
      this.body = this.link(this.captured);
      this.addSlots(frame);
      return this.body(frame);
    };
    this.sharedBody = (frame) => {
      this.sharedBody = this.link(this.arity);
      this.addSlots(frame);
      return this.sharedBody(frame);
    };
  }
  get waits(): boolean {
    return this.refusal(this.def) !== null;
  }
  get asyncBody(): AsyncExec {
    if (!this.mayAwait) return this.body;
    this.linkedAsync ??= this.linkedLater(() => this.linkAsync(this.captured));
    return this.linkedAsync;
  }
  get sharedAsyncBody(): AsyncExec {
    if (!this.mayAwait) return this.sharedBody;
    this.linkedSharedAsync ??= this.linkedLater(() => this.linkAsync(this.arity));
    return this.linkedSharedAsync;
  }
  /** Frames made before linking have too few slots. */
  private addSlots(frame: Frame): void {
    for (let i = frame.slots.length; i < this.frameSize; i++) frame.slots.push(undefined);
  }
  private linkedLater(link: () => AsyncExec): AsyncExec {
    const body = link();
    return (frame) => {
      if (frame.slots.length < this.frameSize) this.addSlots(frame);
      return body(frame);
    };
  }
  /** Links the body; the first `shared` parameters may hold shared cells. */
  private link(shared: number): Exec {
    const linker = this.linker(shared, null);
    const body = this.counted(linker, () =>
      linker.catchingLeaves(0, linkStatements(linker, this.def.body.statements, true)),
    );
    this.frameSize = Math.max(this.frameSize, linker.scope.size);
    return body;
  }
  private linkAsync(shared: number): AsyncExec {
    const linker = this.linker(shared, this.settings.awaiting);
    const body = this.counted(linker, () =>
      linker.catchingLeavesAsync(0, linkStatementsAsync(linker, this.def.body.statements, true)),
    );
    this.frameSize = Math.max(this.frameSize, linker.scope.size);
    return body;
  }
  /** The call itself counts; whoever calls puts its position into the errors that counting raises. */
  private counted<E extends AsyncExec>(linker: Linker, link: () => E): E {
    const { watch } = this.settings;
    return linker.leading(NO_POSITION, () =>
      watch === null ? link() : watch.body(linker, this.def, link()),
    );
  }
  private linker(shared: number, awaiting: Awaiting | null): Linker {
    const facts = factsFor(this.settings, this.def.body);
    return new Linker(this.settings, new StaticScope(facts, this.def, shared), awaiting);
  }
}

function functionTable(
  ast: Ast,
  settings: LinkSettings,
  refusal: (def: ScriptFnDef) => AwaitReason | null,
): FunctionTable {
  const functions = new Map<string, ScriptFn>();
  const methods = new Map<string, ScriptFn>();
  const byName = new Map<string, ScriptFn>();
  const table = { functions, methods, byName, source: ast.source } as unknown as {
    chain: Chain;
  } & FunctionTable;
  table.chain = { table, outer: null, entered: new Map() };
  for (const def of ast.functions) {
    const fn = new ScriptFunction(def, table, settings, refusal);
    const key = functionKey(def.name, def.params.length);
    if (def.thisType === null) functions.set(key, fn);
    else methods.set(`${def.thisType}.${key}`, fn);
    if (!byName.has(def.name)) byName.set(def.name, fn);
  }
  return table;
}

class LinkedProgram implements Program {
  readonly table: FunctionTable;
  readonly doc: string;
  private sync: LinkedBody<Exec> | null = null;
  private linkedAsync: LinkedBody<AsyncExec> | null = null;
  private analysis: AwaitAnalysis | null | undefined = undefined;
  constructor(
    private readonly ast: Ast,
    private readonly settings: LinkSettings,
    private readonly analyse: () => AwaitAnalysis | null,
  ) {
    this.table = functionTable(ast, settings, (def) => this.refusal(def));
    this.doc = ast.doc;
  }
  private get linked(): LinkedBody<Exec> {
    this.sync ??= withinStack(() => this.link());
    return this.sync;
  }
  get frameSize(): number {
    return this.linked.frameSize;
  }
  get body(): Exec {
    return this.linked.body;
  }
  get async(): LinkedBody<AsyncExec> {
    if (this.settings.awaiting === null) return this.linked;
    const { awaiting } = this.settings;
    this.linkedAsync ??= withinStack(() => this.linkAsync(awaiting));
    return this.linkedAsync;
  }
  refusal(fn?: ScriptFnDef): AwaitReason | null {
    if (this.settings.awaiting === null) return null;
    if (this.analysis === undefined) this.analysis = this.analyse();
    return this.analysis?.reason(fn) ?? null;
  }
  private link(): LinkedBody<Exec> {
    const linker = this.linker(null);
    const exec = linkStatements(linker, this.ast.statements, false);
    return { body: this.wrapped(linker, linker.catchingLeaves(0, exec)), frameSize: linker.scope.size };
  }
  private linkAsync(awaiting: Awaiting): LinkedBody<AsyncExec> {
    const linker = this.linker(awaiting);
    const exec = linkStatementsAsync(linker, this.ast.statements, false);
    return { body: this.wrapped(linker, linker.catchingLeavesAsync(0, exec)), frameSize: linker.scope.size };
  }
  private wrapped<E extends AsyncExec>(linker: Linker, exec: E): E {
    const { watch } = this.settings;
    return watch === null ? exec : watch.program(linker, exec);
  }
  private linker(awaiting: Awaiting | null): Linker {
    const facts = factsFor(this.settings, this.ast.statements);
    return new Linker(this.settings, new StaticScope(facts, null, 0), awaiting);
  }
}

/** Settings of an engine that decide how its programs are linked. */
export type ProgramSettings = Omit<LinkSettings, "awaiting"> &
  Omit<AwaitSettings, "registry" | "doubtImports" | "doubtPointers"> & {
    /** A callback of the host (a debugger, the one for missing functions) may return promises at any node. */
    readonly waitsAnywhere: boolean;
  };

/** Links a tree. Nothing of it is run. */
export function linkProgram(ast: Ast, settings: ProgramSettings, variant: LinkVariant = {}): Program {
  const { doubtPointers = false, everyNode = false } = variant;
  const analyse = (doubtImports: boolean) => analyseAwaits(ast, { ...settings, doubtImports, doubtPointers });
  const analysis = everyNode ? null : analyse(true);
  const awaiting = everyNode || settings.waitsAnywhere ? EVERYTHING : analysis;
  const metered = settings.metered || variant.metered === true;
  const countsSingly = metered && settings.countsSingly;
  return new LinkedProgram(ast, { ...settings, metered, countsSingly, awaiting }, () => analyse(false));
}
