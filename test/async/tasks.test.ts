// The tasks package: sleep, parallel, race and with_timeout.

import { afterEach, beforeEach, expect, it } from "vitest";
import { tasksPackage } from "../../src/runtime/packages/tasks.ts";
import { after, Bench } from "./support.ts";

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  await after(5);
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

function bench(): Bench {
  const made = new Bench();
  made.engine.registerPackage(tasksPackage);
  return made;
}

it("sleeps without blocking", async () => {
  const { engine } = bench();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const start = performance.now();
  await engine.eval("sleep(0.06); sleep(0); sleep(-1); sleep(-1.5);");
  clearInterval(timer);
  expect(performance.now() - start).toBeGreaterThan(55);
  expect(ticks).toBeGreaterThan(2);
});

it("runs closures at once and returns their values in order", async () => {
  const made = bench();
  const script = "parallel([|| { sleep(0.03); log(1); 1 }, || { log(2); 2 }, || { sleep(0.01); log(3); 3 }])";
  expect(await made.show(script)).toBe("[1, 2, 3]");
  expect(made.log).toEqual([2, 3, 1]);
  expect(await made.show("parallel([])")).toBe("[]");
});

it("runs at most so many at a time", async () => {
  const made = bench();
  let [running, most] = [0, 0];
  made.engine.registerAsyncFn("busy", [], async () => {
    most = Math.max(most, ++running);
    await after(3);
    running--;
  });
  await made.engine.eval("let jobs = []; for i in 0..12 { jobs.push(|| busy()); } parallel(jobs, 3)");
  expect(most).toBe(3);
});

it("gives each closure frames of its own and shares what is captured", async () => {
  const script = `
    let total = 0; let order = [];
    let jobs = [];
    for i in 0..5 { let n = i; jobs.push(|| { let mine = n * 10; sleep(0.001 * (5 - n).to_float()); total += mine; mine }); }
    [parallel(jobs), total]`;
  expect(await bench().show(script)).toBe("[[0, 10, 20, 30, 40], 100]");
});

it("raises the first error, as the closure's, and cancels the others", async () => {
  const made = bench();
  const start = performance.now();
  const error = await made.failure(
    'parallel([|| { sleep(10); log(1) }, || { later(1); throw "no" }, || { sleep(10); log(3) }])',
  );
  expect(performance.now() - start).toBeLessThan(2000);
  expect(error.toString()).toMatch(
    /^Runtime error: no \(line 1, position \d+\)\nin closure call \(line 1, position 1\)$/,
  );
  expect(
    await made.show('let r = 0; try { parallel([|| throw "no", || never()]) } catch (e) { r = e; } r'),
  ).toBe('"no"');
  expect(made.log).toEqual([]);
});

it("does not begin what waits for its turn after an error", async () => {
  const made = bench();
  await made.failure("parallel([|| { later(1); throw 1 }, || log(2), || log(3)], 1)");
  expect(made.log).toEqual([]);
});

it("races", async () => {
  const made = bench();
  expect(await made.show("race([|| { sleep(10); 1 }, || { sleep(0.01); 2 }, || never()])")).toBe("2");
  expect(
    (await made.failure("race([|| { sleep(10); 1 }, || { later(1); throw 5 }])")).root.fields.value,
  ).toBe(5);
  expect((await made.failure("race([])")).toString()).toContain("nothing to run");
});

it("limits time, in a wait and in a loop, by an error that can be caught", async () => {
  const made = bench();
  for (const body of ["sleep(10)", "never()", "loop { }", "loop { tick(1) }", "parallel([|| never()])"]) {
    const script = `let r = 0; try { with_timeout(20, || { ${body} }) } catch (e) { r = e; } r`;
    expect(await made.show(script)).toBe('"timed out after 20 ms"');
  }
  expect(await made.show("with_timeout(1000, || later(5))")).toBe("5");
  expect(await made.show("with_timeout(1000.5, || later(5))")).toBe("5");
  expect((await made.failure("with_timeout(1000, || throw 7)")).root.fields.value).toBe(7);
});

it("obeys the outer limit first", async () => {
  const made = bench();
  const inner = await made.failure("try { with_timeout(5000, || never()) } catch { 1 }", { deadline: 20 });
  expect(inner.kind).toBe("ErrorTerminated");
  const nested =
    "let r = 0; try { with_timeout(20, || with_timeout(5000, || never())) } catch (e) { r = e; } r";
  expect(await made.show(nested)).toBe('"timed out after 20 ms"');
});

it("counts the operations of all tasks together", async () => {
  const made = bench();
  made.engine.limits.maxOperations = 3000;
  const error = await made.failure(
    "parallel([|| { for i in 0..400 { later(i % 2); } }, || { for i in 0..2000 { tick(1); } }])",
  );
  expect(error.root.kind).toBe("ErrorTooManyOperations");
});

it("names what is no closure", async () => {
  const made = bench();
  expect((await made.failure("parallel([1])")).toString()).toBe(
    "Data type incorrect: i64 (expecting Fn) (line 1, position 1)",
  );
  expect((await made.failure("parallel([|| 1], 0)")).toString()).toContain("the limit must be at least 1");
});

it("keeps locks to the methods that run", async () => {
  const made = bench();
  expect(await made.show("let a = []; parallel([|| a.push(later(1)), || a.push(later(2))]); a.len()")).toBe(
    "2",
  );
  const error = await made.failure(
    "let a = [1]; parallel([|| a.for_each(|| { sleep(0.02); }), || { later(0); a.push(1); }])",
  );
  expect(error.root.kind).toBe("ErrorDataRace");
});
