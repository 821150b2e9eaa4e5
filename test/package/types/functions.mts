// Types of host functions: what is registered has to fit the implementation.

import { Engine, type FnPtr, type HostContext, type RegisterOptions } from "rhailib";

class Account {
  balance = 0;
}

const engine = new Engine();

// Parameters are known from the declared types.
engine.registerFn("area", ["float", "float"], (width, height) => width * height, { returns: "float" });
engine.registerFn("shout", ["string"], (text) => text.toUpperCase());
engine.registerFn("both", ["bool", "char"], (flag: boolean, letter: string) => (flag ? letter : ""));
engine.registerFn("size", ["blob"], (bytes) => bytes.length);
engine.registerFn("balance", [Account], (account) => account.balance);
engine.registerFn("pay", [Account, "int"], (account, amount: number | bigint) => {
  account.balance += Number(amount);
});
engine.registerFn("name_of", ["Fn"], (callback: FnPtr) => callback.name);
engine.registerAsyncFn("load", ["string"], async (url) => url.length);
// Fewer parameters than types are fine, and so is anything for types that say little.
engine.registerFn("zero", ["int", "int"], () => 0);
engine.registerFn("sum", ["array"], (items: number[]) => items.length);
engine.registerFn("keys", ["map"], (map: Record<string, unknown>) => Object.keys(map));
engine.registerFn("any", ["dynamic"], (value: unknown) => typeof value);
engine.registerFn("other", ["SomeType"], (value: Account) => value.balance);
// Options: the context comes first, script values and references are what the function says.
engine.registerFn(
  "each",
  ["array", "Fn"],
  (context, items: unknown[], f) => items.map((i) => context.call(f, i)),
  {
    context: true,
  },
);
engine.registerFn("raw", ["int"], (value: bigint) => value, { raw: true });
const options: RegisterOptions = { context: true };
engine.registerFn("late", ["int"], (_context: HostContext, n: number) => n, options);
const types: string[] = ["int"];
engine.registerFn("listed", types, (n: number) => n);

// @ts-expect-error: an int is no string
engine.registerFn("wrong", ["int"], (text: string) => text);
// @ts-expect-error: a string is no number
engine.registerFn("wrong", ["int", "string"], (a: number, b: number) => a + b);
// @ts-expect-error: more parameters than types
engine.registerFn("wrong", ["int"], (a: number, b: number) => a + b);
// @ts-expect-error: the instance of another class
engine.registerFn("wrong", [Account], (date: Date) => date);
// @ts-expect-error: the class's instances have no such property
engine.registerFn("wrong", [Account], (account) => account.name);
// @ts-expect-error: there is no context without the option
engine.registerFn("wrong", ["int"], (context: HostContext, n: number) => context.call(n));
// @ts-expect-error: the context comes first
engine.registerFn("wrong", ["int"], (n: number, context: HostContext) => [n, context], { context: true });
// @ts-expect-error: parameter types are a list
engine.registerFn("wrong", "int", (n: number) => n);
// @ts-expect-error: a parameter type is a name or a class
engine.registerFn("wrong", [1], (n: number) => n);
// @ts-expect-error: an object is no class
engine.registerFn("wrong", [new Account()], (account: Account) => account);
// @ts-expect-error: the implementation is missing
engine.registerFn("wrong", ["int"]);
// @ts-expect-error: a name is text
engine.registerFn(1, ["int"], (n: number) => n);
// @ts-expect-error: no such option
engine.registerFn("wrong", ["int"], (n: number) => n, { contxt: true });
// @ts-expect-error: no such way to take the first argument
engine.registerFn("wrong", ["int"], (n: number) => n, { receiver: "mutable" });
// @ts-expect-error: an int is no string, awaited or not
engine.registerAsyncFn("wrong", ["int"], async (text: string) => text);
// @ts-expect-error: a getter gets the object only
engine.registerGet("wrong", Account, (account: Account, name: string) => [account, name]);
// @ts-expect-error: a getter gets an instance of its class
engine.registerGet("wrong", Account, (date: Date) => date.getTime());
// @ts-expect-error: a setter gets what its type says
engine.registerSet("wrong", Account, "int", (account, value: string) => [account, value]);
// @ts-expect-error: an indexer gets an index of its type
engine.registerIndexerGet(Account, "string", (account, index: number) => [account, index]);
// @ts-expect-error: an iterator yields something iterable
engine.registerIterator(Account, (account) => account.balance);
// @ts-expect-error: an asynchronous iterator yields an async iterable
engine.registerAsyncIterator(Account, (account) => [account.balance]);
// @ts-expect-error: the fluent result is the engine
const text: string = engine.registerFn("f", [], () => 1);

export { text };
