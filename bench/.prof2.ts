import { startRedis } from "../test/support/redis.ts";
const server = await startRedis();
const N = 5000;
async function stat(name: string, lua: string, args: string[] = []) {
  const sha = await server.raw.script("LOAD", lua) as string;
  for (let r = 0; r < 2; r++) {
  await server.raw.config("RESETSTAT");
  for (let i = 0; i < N; i += 100) await Promise.all(Array.from({ length: 100 }, () => server.raw.evalsha(sha, 1, "k", ...args)));
  const info = await server.raw.info("commandstats");
  const m = /cmdstat_evalsha:.*usec_per_call=([\d.]+)/.exec(info);
  if (r) console.log(name, m?.[1]);
  }
}
await server.raw.hset("h", ...Array.from({length: 40}, (_, i) => ["field" + i, String(i)]).flat());
await stat("nothing", "#!lua\nreturn 1");
await stat("10 args", "#!lua\nreturn 1", Array(10).fill("abc"));
await stat("50 closures", "#!lua\nlocal x = 1\n" + Array.from({ length: 50 }, (_, i) => `local function f${i}(a) return a + x end`).join("\n") + "\nreturn 1");
await stat("10 calls", "#!lua\n" + "redis.call('EXISTS','k')\n".repeat(10) + "return 1");
await stat("10 hmget 3", "#!lua\n" + "redis.call('HMGET','h','field1','field2','field3')\n".repeat(10) + "return 1");
await stat("hmget 23", "#!lua\nreturn #redis.call('HMGET','h'," + Array.from({length: 23}, (_, i) => `'field${i}'`).join(",") + ")");
await stat("hgetall 40", "#!lua\nreturn #redis.call('HGETALL','h')");
await server.raw.call("FUNCTION", "LOAD", `#!lua name=lib\nlocal x=1\n` + Array.from({ length: 50 }, (_, i) => `local function f${i}(a) return a + x end`).join("\n") + `\nredis.register_function('fn', function(keys,args) return 1 end)`);
await server.raw.config("RESETSTAT");
for (let i = 0; i < N; i += 100) await Promise.all(Array.from({ length: 100 }, () => server.raw.call("FCALL", "fn", "1", "k")));
console.log(/cmdstat_fcall:.*usec_per_call=([\d.]+)/.exec(await server.raw.info("commandstats"))?.[1]);
await server.stop();
