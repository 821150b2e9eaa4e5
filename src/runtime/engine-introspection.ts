// EngineIntrospection: what an engine offers to scripts, as metadata, signatures and definition files.

import type { Ast } from "../lang/ast.ts";
import { requireArray } from "./check-arguments.ts";
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
  /** Functions of the standard packages: left out of listings unless asked for. */
  private readonly standard: FunctionRegistry;
  /** `standard`: which packages are standard ones; those among `packages` come before all others. */
  constructor(resolver: ModuleResolver, packages: readonly Package[], standard: readonly Package[]) {
    requireArray("the packages of an engine as an array", packages);
    const isComplete = packages === standard || standard.every((pkg) => packages.includes(pkg));
    const first = isComplete ? standard : standard.filter((pkg) => packages.includes(pkg));
    const functions = functionsOf(first);
    super(resolver, functions);
    this.standard = functions;
    for (const pkg of packages) if (!first.includes(pkg)) this.registerPackage(pkg);
  }

  private get metadataSources(): MetadataSources {
    return {
      registry: this.registry,
      globalModules: this.globalModules,
      globalNamespace: this.globalNamespace,
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
  /** The same with the variables of a scope. */
  definitionsWithScope(scope: Scope, options: DefinitionsOptions = {}): Definitions {
    return new Definitions(this.metadataSources, scope, options);
  }
}
