// Entry `rhailib/engine`: language and engine, for any host that runs JavaScript; names listed one by one.

export type * as syntax from "./lang/ast.ts";
export type { Ast } from "./lang/ast.ts";
export { type LexErrorKind, ParseError, type ParseErrorKind } from "./lang/errors.ts";
export type { LanguageOptions } from "./lang/options.ts";
export {
  columnOf,
  describePosition,
  lineOf,
  NO_POSITION,
  type Position,
  type Span,
} from "./lang/position.ts";
export type { WalkNode } from "./lang/walk.ts";
export { AST, type FunctionFilter, type LiteralVariable, type ScriptFnMetadata } from "./runtime/ast.ts";
export { type BreakPoint, describeBreakPoint } from "./runtime/debugger/break-point.ts";
export {
  type CallStackFrame,
  type Debugger,
  type DebuggerCommand,
  type DebuggerContext,
  type DebuggerEvent,
  describeCall,
} from "./runtime/debugger/debugger.ts";
export type { DebuggerInit } from "./runtime/debugger/hook.ts";
export type { DebuggerCallback, DebuggerStop } from "./runtime/debugger/session.ts";
export {
  type DefinitionFile,
  Definitions,
  type DefinitionsOptions,
} from "./runtime/definitions/definitions.ts";
export { Engine } from "./runtime/engine.ts";
export type { AnyOptions, CallFnOptions, CallOptions } from "./runtime/engine-calls.ts";
export type { CompileOptions } from "./runtime/engine-compiler.ts";
export type {
  OnDefVarCallback,
  OnMissingFunctionCallback,
  OnParseTokenCallback,
  OnVarCallback,
  ScriptToken,
  VarDefInfo,
} from "./runtime/engine-events.ts";
export { standardPackages } from "./runtime/engine-packages.ts";
export type { OptimizationLevel } from "./runtime/engine-settings.ts";
export { type CallFrame, EvalError, type EvalErrorFields, type EvalErrorKind } from "./runtime/errors.ts";
export { languagePackage } from "./runtime/eval/language-package.ts";
export { MayAwaitError, UnexpectedPromiseError } from "./runtime/eval/may-await-error.ts";
export type { Hooks, Limits, RunOwn } from "./runtime/eval/run.ts";
export {
  type CallContext,
  definePackage,
  type ElementCallback,
  type FnOptions,
  type Implementation,
  type NativeFn,
  type Package,
  type PackageBuilder,
  type Receiver,
  type TaskContext,
  type TypeName,
} from "./runtime/function/native.ts";
export type {
  AccessorArguments,
  HostArguments,
  NoRegisterOptions,
  ReceiverOf,
} from "./runtime/host/argument-types.ts";
export type {
  CustomSyntaxFunction,
  CustomSyntaxOptions,
  SyntaxContext,
  SyntaxInput,
} from "./runtime/host/custom-syntax.ts";
export type {
  ContextMethodDefinition,
  IndexerDefinition,
  MemberDefinition,
  MethodDefinition,
  Overloads,
  PlainMethodDefinition,
  PropertyDefinition,
  TypeDefinition,
} from "./runtime/host/define-type.ts";
export type { EvalContext, ImportedModule, ScriptVariable } from "./runtime/host/eval-context.ts";
export { HostContext } from "./runtime/host/host-context.ts";
export type { HostFunction, RegisterOptions } from "./runtime/host/register-fn.ts";
export type { HostClass, HostTypeName } from "./runtime/host/type-names.ts";
export { JsonError, type JsonReadOptions, parseJson } from "./runtime/json-read.ts";
export { type JsonWriteOptions, toJson } from "./runtime/json-write.ts";
export type {
  CustomTypeMetadata,
  FnMetadata,
  FnParamMetadata,
  MetadataOptions,
  ModuleMetadata,
} from "./runtime/metadata/fn-metadata.ts";
export {
  type ExportedFunction,
  type ExportedProperty,
  exportModule,
  type ModuleDefinition,
} from "./runtime/module/export-module.ts";
export { FileModuleResolver, type FileResolverOptions } from "./runtime/module/file-resolver.ts";
export {
  Module,
  type ModuleCount,
  type ModuleFnOptions,
  type ModuleFunction,
  type ModuleHost,
} from "./runtime/module/module.ts";
export type { ImportContext, ModuleResolver } from "./runtime/module/resolver.ts";
export type { ScriptFiles } from "./runtime/module/script-files.ts";
export {
  DummyModuleResolver,
  ModuleResolversCollection,
  StaticModuleResolver,
} from "./runtime/module/static-resolver.ts";
export { arithmeticPackage } from "./runtime/packages/arithmetic.ts";
export { arrayPackage } from "./runtime/packages/array.ts";
export { bitFieldPackage } from "./runtime/packages/bit-field.ts";
export { blobPackage } from "./runtime/packages/blob.ts";
export { fnPackage } from "./runtime/packages/fn.ts";
export { iteratorPackage } from "./runtime/packages/iter.ts";
export { langCorePackage } from "./runtime/packages/lang-core.ts";
export { logicPackage } from "./runtime/packages/logic.ts";
export { mapPackage } from "./runtime/packages/map.ts";
export { mathPackage } from "./runtime/packages/math.ts";
export { corePackages } from "./runtime/packages/standard.ts";
export { stringPackage } from "./runtime/packages/string-basic.ts";
export { moreStringPackage } from "./runtime/packages/string-more.ts";
export { tasksPackage } from "./runtime/packages/tasks.ts";
export { timePackage } from "./runtime/packages/time.ts";
export type { EvalOptions, RunOptions, SyncRunOptions } from "./runtime/run-options.ts";
export {
  SchemaError,
  type SchemaIssue,
  type SchemaOutput,
  type SchemaResult,
  type StandardSchema,
  type ValidatorIssue,
  validate,
  validateSync,
} from "./runtime/schema.ts";
export { Scope } from "./runtime/scope.ts";
export { Blob, RhaiArray, RhaiMap } from "./runtime/value/containers.ts";
export { ConversionError, jsToValue, valueToJs } from "./runtime/value/convert.ts";
export { debug, display } from "./runtime/value/display.ts";
export {
  FnPtr,
  type LinkedFn,
  type PointerCaller,
  type PointerContext,
  type PointerFunction,
  type PointerFunctionOptions,
} from "./runtime/value/fn-ptr.ts";
export { Range, Ref, Timestamp } from "./runtime/value/objects.ts";
export { Char, Float } from "./runtime/value/scalars.ts";
export { RhaiObject, typeNameOf, type Value } from "./runtime/value/value.ts";
