// EngineIntrospection: what an engine offers to scripts, as metadata, signatures and definition files.

import type { Ast } from "../lang/ast.ts";
import { Definitions, type DefinitionsOptions } from "./definitions/definitions.ts";
import { EngineRegistration } from "./engine-registration.ts";
import type { Package } from "./function/native.ts";
import { FunctionRegistry } from "./function/registry.ts";
import {
  fnMetadata,
  genFnMetadataToJson,
  genFnSignatures,
  type MetadataOptions,
  type ModuleMetadata,
} from "./metadata/fn-metadata.ts";
import type { MetadataSources } from "./metadata/sources.ts";
import type { ModuleResolver } from "./module/resolver.ts";
import type { Scope } from "./scope.ts";

const shared = new WeakMap<readonly Package[], FunctionRegistry>();

/** Engines with the same list of packages share its functions, provided that nobody can change the list. */
function functionsOf(packages: readonly Package[]): FunctionRegistry {
  const known = shared.get(packages);
  if (known !== undefined) return known;
  const registry = new FunctionRegistry();
  for (const pkg of packages) registry.addPackage(pkg);
  if (Object.isFrozen(packages)) shared.set(packages, registry);
  return registry;
}

export class EngineIntrospection extends EngineRegistration {
  /** Functions of the packages the engine was made with: left out of listings unless asked for. */
  private readonly standard: FunctionRegistry;
  constructor(resolver: ModuleResolver, packages: readonly Package[]) {
    const standard = functionsOf(packages);
    super(resolver, standard);
    this.standard = standard;
  }

  private get metadataSources(): MetadataSources {
    return {
      registry: this.registry,
      globalModules: this.globalModules,
      hostTypes: this.types.all(),
      isStandard: (fn) => this.standard.holds(fn),
      isCustomOperator: (name) => this.isCustomOperator(name),
    };
  }
  /** All functions, types and modules as JSON, in the form of Rhai's `gen_fn_metadata_to_json`. */
  genFnMetadataToJson(options: MetadataOptions = {}): string {
    return genFnMetadataToJson(this.metadataSources, options);
  }
  /** The same with the functions of a script. */
  genFnMetadataWithAstToJson(ast: Ast, options: Omit<MetadataOptions, "ast"> = {}): string {
    return genFnMetadataToJson(this.metadataSources, { ...options, ast });
  }
  /** The metadata as data. */
  fnMetadata(options: MetadataOptions = {}): ModuleMetadata {
    return fnMetadata(this.metadataSources, options);
  }
  /** Signatures of all functions, one text each. */
  genFnSignatures(options: { includeStandardPackages?: boolean } = {}): string[] {
    return genFnSignatures(this.metadataSources, options);
  }
  /** Definition files (`.d.rhai`) for language servers. See "Definitions" in Rhai's book. */
  definitions(options: DefinitionsOptions = {}): Definitions {
    return new Definitions(this.metadataSources, null, options);
  }
  definitionsWithScope(scope: Scope, options: DefinitionsOptions = {}): Definitions {
    return new Definitions(this.metadataSources, scope, options);
  }
}
