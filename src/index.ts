// Public API of rhailib: language and engine, names listed one by one.

export type { Ast } from "./lang/ast.ts";
export { ParseError, type ParseErrorKind } from "./lang/errors.ts";
export {
  columnOf,
  describePosition,
  lineOf,
  NO_POSITION,
  type Position,
  type Span,
} from "./lang/position.ts";
export { AST, type FunctionFilter, type LiteralVariable, type ScriptFnMetadata } from "./runtime/ast.ts";
export {
  type DefinitionFile,
  Definitions,
  type DefinitionsOptions,
} from "./runtime/definitions/definitions.ts";
export { writeDefinitionsToDir, writeDefinitionsToFile } from "./runtime/definitions/write-files.ts";
export { type CallFnOptions, Engine } from "./runtime/engine.ts";
export type { CompileOptions } from "./runtime/engine-compiler.ts";
export type { OptimizationLevel } from "./runtime/engine-settings.ts";
export { type CallFrame, EvalError, type EvalErrorKind } from "./runtime/errors.ts";
export { MayAwaitError, UnexpectedPromiseError } from "./runtime/eval/may-await-error.ts";
export {
  type CallContext,
  definePackage,
  type Package,
  type PackageBuilder,
} from "./runtime/function/native.ts";
export type {
  CustomSyntaxFunction,
  CustomSyntaxOptions,
  SyntaxContext,
  SyntaxInput,
} from "./runtime/host/custom-syntax.ts";
export type { MemberDefinition, PropertyDefinition, TypeDefinition } from "./runtime/host/define-type.ts";
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
export { FileModuleResolver } from "./runtime/module/file-resolver.ts";
export { Module } from "./runtime/module/module.ts";
export type { ImportContext, ModuleResolver } from "./runtime/module/resolver.ts";
export {
  DummyModuleResolver,
  ModuleResolversCollection,
  StaticModuleResolver,
} from "./runtime/module/static-resolver.ts";
export { tasksPackage } from "./runtime/packages/tasks.ts";
export type { EvalOptions, RunOptions } from "./runtime/run-options.ts";
export {
  SchemaError,
  type SchemaIssue,
  type SchemaOutput,
  type StandardSchema,
  validate,
  validateSync,
} from "./runtime/schema.ts";
export { Scope } from "./runtime/scope.ts";
export { Blob, RhaiArray, RhaiMap } from "./runtime/value/containers.ts";
export { ConversionError, jsToValue, valueToJs } from "./runtime/value/convert.ts";
export { debug, display } from "./runtime/value/display.ts";
export { FnPtr } from "./runtime/value/fn-ptr.ts";
export { Range, Ref, Timestamp } from "./runtime/value/objects.ts";
export { Char, Float } from "./runtime/value/scalars.ts";
export { typeNameOf, type Value } from "./runtime/value/value.ts";
