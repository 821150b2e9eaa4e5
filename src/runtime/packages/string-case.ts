// Upper and lower case of strings and chars.

import type { PackageBuilder } from "../function/native.ts";
import type { Ref } from "../value/objects.ts";
import { type Char, charOf } from "../value/scalars.ts";
import { length } from "../value/strings.ts";

type Mapping = (text: string) => string;

const toUpper: Mapping = (text) => text.toUpperCase();
const toLower: Mapping = (text) => text.toLowerCase();

/** A char stays as it is when its mapping has several characters. */
function mapChar(char: Char, mapping: Mapping): Char {
  const mapped = mapping(char.value);
  return length(mapped) === 1 ? charOf(mapped) : char;
}

export function registerCase(m: PackageBuilder): void {
  for (const [kind, mapping] of [
    ["upper", toUpper],
    ["lower", toLower],
  ] as const) {
    const copied = { doc: `Converted to ${kind} case.`, paramNames: ["text"] };
    m.fn(`to_${kind}`, ["string"], "string", mapping, copied);
    m.fn(`to_${kind}`, ["char"], "char", (char: Char) => mapChar(char, mapping), copied);
    const inPlace = { doc: `Converts to ${kind} case.`, paramNames: ["text"] };
    const convert = (text: Ref<string>): void => {
      text.value = mapping(text.value);
    };
    m.inPlace(`make_${kind}`, ["string"], "()", convert, inPlace);
    const convertChar = (char: Ref<Char>): void => {
      char.value = mapChar(char.value, mapping);
    };
    m.inPlace(`make_${kind}`, ["char"], "()", convertChar, inPlace);
  }
}
