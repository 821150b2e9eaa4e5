// Rows about packages: what an engine can do with each of them, and cannot without.

import {
  arithmeticPackage,
  arrayPackage,
  bitFieldPackage,
  blobPackage,
  corePackages,
  definePackage,
  Engine,
  fnPackage,
  iteratorPackage,
  langCorePackage,
  languagePackage,
  logicPackage,
  mapPackage,
  mathPackage,
  moreStringPackage,
  type Package,
  standardPackages,
  stringPackage,
  timePackage,
} from "../../../src/index.ts";
import { type Check, message } from "./check.ts";

const ONE_EACH: readonly (readonly [names: string, packages: readonly Package[], script: string])[] = [
  ["corePackages", corePackages, `(-7).abs() == 7 && Fn("f").name == "f"`],
  ["standardPackages", standardPackages, `"abc".to_upper() == "ABC" && [3, 1].len() == 2`],
  ["arithmeticPackage", [arithmeticPackage], "(-42).abs() == 42"],
  ["arrayPackage", [arrayPackage], "[1, 2].len() == 2"],
  ["bitFieldPackage", [bitFieldPackage], "5.get_bit(2)"],
  ["blobPackage", [blobPackage], "blob(3).len() == 3"],
  ["fnPackage", [fnPackage], `Fn("f").name == "f"`],
  ["iteratorPackage", [iteratorPackage], "let n = 0; for x in range(0, 10, 3) { n += 1 } n == 4"],
  ["langCorePackage", [langCorePackage], "let x = []; x.tag = 3; x.tag == 3"],
  ["languagePackage", [languagePackage], `parse_json("{}"); true`],
  ["logicPackage", [logicPackage], "min(1, 2.5) == 1.0"],
  ["mapPackage", [mapPackage], "#{ a: 1 }.len() == 1"],
  ["mathPackage", [mathPackage], "sqrt(16.0) > 3"],
  ["moreStringPackage", [moreStringPackage], `"abc".len() == 3`],
  ["stringPackage", [stringPackage], "42.to_string() == `42`"],
  ["timePackage", [timePackage], "timestamp(); true"],
];

export const PACKAGES: readonly Check[] = [
  ...ONE_EACH.map(
    ([names, packages, script]): Check => [
      names,
      () => [
        [new Engine(packages).evalSync(script), true],
        [/not found|not registered/.test(message(() => Engine.raw().evalSync(script))), true],
      ],
    ],
  ),
  [
    "definePackage() Engine.registerPackage",
    () => {
      const twice = definePackage("Twice", (m) => m.fn("twice", ["i64"], "i64", (x: number) => x * 2));
      return [
        [new Engine().registerPackage(twice).evalSync("twice([1].len()) * 21"), 42],
        [new Engine([...standardPackages, twice]).evalSync("twice([1].len()) * 21"), 42],
        [message(() => new Engine([twice]).evalSync("[1].len()")), "Function not found: len (array)"],
      ];
    },
  ],
];
