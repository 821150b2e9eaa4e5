// DebuggingPackage: what scripts see of the call stack. Registered with a debugger, as without one there is no stack.

import { columnOf, lineOf, NO_POSITION } from "../../lang/position.ts";
import type { Run } from "../eval/run.ts";
import { type CallContext, definePackage } from "../function/native.ts";
import { copyValue, RhaiArray, RhaiMap } from "../value/containers.ts";
import { type CallStackFrame, describeCall } from "./debugger.ts";
import { Session } from "./session.ts";

export const debuggingPackage = definePackage("DebuggingPackage", (m) => {
  m.fn("back_trace", [], "array", backTrace, {
    context: true,
    isPure: false,
    doc: "The calls that have led here, the latest first, as object maps; empty when the script is not debugged.",
    paramNames: [],
  });
});

function backTrace(ctx: CallContext): RhaiArray {
  const { debugger: session } = ctx.run as Run;
  if (!(session instanceof Session)) return new RhaiArray([]);
  const calls = session.debugger.callStack.filter(
    ({ fnName, args }) => fnName !== "back_trace" || args.length > 0,
  );
  return new RhaiArray(calls.reverse().map(callMap));
}

function callMap(call: CallStackFrame): RhaiMap {
  const { fnName, args, source, position } = call;
  const map = new RhaiMap();
  map.set("display", describeCall(call));
  map.set("fn_name", fnName);
  if (args.length > 0) map.set("args", new RhaiArray(args.map(copyValue)));
  if (source !== null) map.set("source", source);
  if (position !== NO_POSITION) {
    map.set("line", lineOf(position));
    map.set("position", columnOf(position));
  }
  return map;
}
