// Definitions of the functions that the language itself provides.

export const BUILTIN_FUNCTION_DEFINITIONS = `/// Writes a value to the host's output.
///
/// \`\`\`rhai
/// print("hello");         // writes: hello
/// print([1, 'x']);        // writes: [1, x]
/// \`\`\`
fn print(data: ?);

/// Writes the debug form of a value to the host's output.
///
/// \`\`\`rhai
/// debug("hello");         // writes: "hello"
/// \`\`\`
fn debug(data: ?);

/// Name of a value's type.
///
/// \`\`\`rhai
/// type_of("x");           // "string"
/// (4.2).type_of();        // "f64"
/// \`\`\`
fn type_of(data: ?) -> string;

/// A pointer to the function of this name. An error when no function can be called so.
///
/// \`\`\`rhai
/// let f = Fn("double");
/// f.call(21);             // double(21)
/// \`\`\`
fn Fn(fn_name: string) -> Fn;

/// Calls a function pointer with the given arguments.
///
/// \`\`\`rhai
/// let add = |a, b| a + b;
/// add.call(1, 2);         // 3
/// \`\`\`
fn call(fn_ptr: Fn, ...args: ?) -> ?;

/// Calls a function pointer with \`this\` bound to the object.
///
/// \`\`\`rhai
/// let grow = |n| this += n;
/// let x = 40;
/// x.call(grow, 2);        // x is 42
/// \`\`\`
fn call(obj: ?, fn_ptr: Fn, ...args: ?) -> ?;

/// A function pointer with its first arguments filled in.
///
/// \`\`\`rhai
/// let add = |a, b| a + b;
/// let inc = add.curry(1);
/// inc.call(41);           // 42
/// \`\`\`
fn curry(fn_ptr: Fn, ...args: ?) -> Fn;

/// Whether the script has a function of this name with so many parameters.
///
/// \`\`\`rhai
/// fn area(w, h) { w * h }
/// is_def_fn("area", 2);   // true
/// is_def_fn("area", 1);   // false
/// \`\`\`
fn is_def_fn(fn_name: string, num_params: int) -> bool;

/// Whether the script has a method of this name for a type, which is named as \`type_of\` names it.
///
/// \`\`\`rhai
/// fn int.half() { this / 2 }
/// is_def_fn("i64", "half", 0);    // true
/// \`\`\`
fn is_def_fn(this_type: string, fn_name: string, num_params: int) -> bool;

/// Whether a variable of this name is visible.
///
/// \`\`\`rhai
/// let x = 1;
/// is_def_var("x");        // true
/// is_def_var("y");        // false
/// \`\`\`
fn is_def_var(var_name: string) -> bool;

/// Whether a variable is shared with a closure that captured it.
///
/// \`\`\`rhai
/// let x = 1;
/// let f = || x + 1;
/// x.is_shared();          // true
/// \`\`\`
fn is_shared(variable: ?) -> bool;

/// Runs a script within the current scope and returns its value.
///
/// \`\`\`rhai
/// let x = 1;
/// eval("x += 41; x");     // 42
/// \`\`\`
fn eval(script: string) -> ?;

/// Whether a text holds another one; what \`in\` calls.
///
/// \`\`\`rhai
/// "world" in "hello, world!"      // true
/// \`\`\`
fn contains(string: string, find: string) -> bool;

/// Whether a text holds a character; what \`in\` calls.
///
/// \`\`\`rhai
/// 'w' in "hello, world!"          // true
/// \`\`\`
fn contains(string: string, ch: char) -> bool;

/// Whether a number lies in a range that excludes its end; what \`in\` calls.
///
/// \`\`\`rhai
/// 10 in 0..10             // false
/// \`\`\`
fn contains(range: range, value: int) -> bool;

/// Whether a number lies in a range that includes its end; what \`in\` calls.
///
/// \`\`\`rhai
/// 10 in 0..=10            // true
/// \`\`\`
fn contains(range: range=, value: int) -> bool;

/// Whether an object map has a key; what \`in\` calls.
///
/// \`\`\`rhai
/// "a" in #{a: 1}          // true
/// \`\`\`
fn contains(map: map, string: string) -> bool;

/// Whether a blob holds a byte; what \`in\` calls.
///
/// \`\`\`rhai
/// 3 in blob(2, 3)         // true
/// \`\`\`
fn contains(blob: blob, value: int) -> bool;
`;
