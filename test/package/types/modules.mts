// Types of packages, modules, resolvers and custom syntax.

import {
  definePackage,
  Engine,
  exportModule,
  type ImportContext,
  Module,
  type ModuleResolver,
  ModuleResolversCollection,
  type Package,
  type PackageBuilder,
  StaticModuleResolver,
} from "rhailib";

const engine = new Engine();
const pack: Package = definePackage("geometry", (m) => {
  m.fn("area", ["f64"], "f64", (radius: number) => radius, {
    doc: "Area of a circle.",
    paramNames: ["radius"],
  });
  m.constant("PI", 3);
});
engine.registerPackage(pack);

const module = new Module()
  .setVar("PI", 3.14)
  .setNativeFn("area", ["float"], (radius) => 3.14 * radius ** 2, { returns: "float" })
  .setNativeFn("shout", ["string"], (text) => text.toUpperCase(), { global: true });
const plugin: Module = exportModule("geometry", {
  constants: { PI: 3.14 },
  functions: { area: { params: ["float"], returns: "float", call: (radius: number) => radius } },
});
const resolver: ModuleResolver = {
  resolve: (path: string, context: ImportContext) => context.loadScript(context.files.readText(path), path),
};
engine
  .registerStaticModule("geometry", module)
  .setModuleResolver(
    new ModuleResolversCollection().push(new StaticModuleResolver().insert("g", plugin)).push(resolver),
  );
engine.registerCustomSyntax(["unless", "$expr$", "$block$"], ([condition, body]) =>
  condition.evaluate() ? undefined : body.evaluate(),
);

// @ts-expect-error: a package has a name and a function
definePackage((m: PackageBuilder) => m.constant("PI", 3));
// @ts-expect-error: a package registers by what it is handed
definePackage("geometry", () => 3, 4);
// @ts-expect-error: names, parameter types, return type, function
definePackage("geometry", (m) => m.fn("area", "f64", (radius: number) => radius));
// @ts-expect-error: no such option
definePackage("geometry", (m) => m.fn("area", ["f64"], "f64", (radius: number) => radius, { docs: "" }));
// @ts-expect-error: a package's constant is a script value
definePackage("geometry", (m) => m.constant("POINT", { x: 1 }));
// @ts-expect-error: a package is no function
engine.registerPackage(() => undefined);
// @ts-expect-error: a module is no plain object
engine.registerStaticModule("geometry", { area: () => 1 });
// @ts-expect-error: a module needs a name
engine.registerStaticModule(module);
// @ts-expect-error: a float is no text
module.setNativeFn("area", ["float"], (radius: string) => radius);
// @ts-expect-error: no such option
module.setNativeFn("area", ["float"], (radius: number) => radius, { globally: true });
// @ts-expect-error: a module has a name
exportModule({ functions: {} });
// @ts-expect-error: no such part of a module
exportModule("geometry", { methods: {} });
// @ts-expect-error: a function of a module has an implementation
exportModule("geometry", { functions: { area: { params: ["float"] } } });
// @ts-expect-error: a resolver has a function resolve
engine.setModuleResolver({ find: () => null });
// @ts-expect-error: a resolver finds modules, not texts
engine.setModuleResolver({ resolve: () => "fn f() {}" });
// @ts-expect-error: symbols are a list
engine.registerCustomSyntax("unless $expr$ $block$", () => 1);
// @ts-expect-error: an input is evaluated, not a value
engine.registerCustomSyntax(["twice", "$expr$"], ([input]) => input * 2);
// @ts-expect-error: a precedence is a number
engine.registerCustomOperator("#", "high");
