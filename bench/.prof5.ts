import { startRedis } from "../test/support/redis.ts";
const server = await startRedis();
const N = 3000;
async function stat(name: string, body: string, pre = "") {
  const lua = "#!lua\n" + pre + "\nlocal id='x' for i=1,100 do " + body + " end return 1";
  const sha = await server.raw.script("LOAD", lua) as string;
  let best = 1e9;
  for (let r = 0; r < 12; r++) {
  await server.raw.config("RESETSTAT");
  for (let i = 0; i < 100; i += 20) await Promise.all(Array.from({ length: 20 }, () => server.raw.evalsha(sha, 1, "k", "arg")));
  const info = await server.raw.info("commandstats");
  best = Math.min(best, +/cmdstat_evalsha:.*usec_per_call=([\d.]+)/.exec(info)![1]);
  }
  console.log(name, (best / 100).toFixed(3));
}
await server.raw.hset("rhai:task:x", "v","1","status","processing","context","a","createdAt","1795310986896","updatedAt","1795310986896","bytes","310","script","40 + 2","args",'{"n":1}',"callerId","bench","token","1795310986908001","attempts","1","workerId","w","startedAt","1795310986908");
await stat("empty", "");
await stat("exists", "redis.call('EXISTS','k')");
await stat("call local", "call('EXISTS','k')", "local call=redis.call");
await stat("hgetall", "redis.call('HGETALL','rhai:task:x')");
await stat("hgetall+table", "local h=redis.call('HGETALL','rhai:task:x') local t={} for i=1,#h,2 do t[h[i]]=h[i+1] end");
await stat("hmget 8", "redis.call('HMGET','rhai:task:x','status', 'token', 'idempotencyKey', 'notify', 'bytes', 'resultTtlMs', 'attempts', 'error')");
await stat("hset 6", "redis.call('HSET','rhai:task:x','status','processing','token','1795310986908001','attempts','1','workerId','w','startedAt','1795310986908','updatedAt','1795310986908')");
await stat("hset 5", "redis.call('HSET','rhai:task:x','status','completed','finishedAt','1795310986908','updatedAt','1795310986908','kept','310','output','42')");
await stat("zadd1", "redis.call('ZADD','z','1795310986908','x'..i)");
await stat("zrem1", "redis.call('ZREM','z','x'..i)");
await stat("tostring", "local a=tostring(1795310986908)");
await stat("format", "local a=string.format('%.0f',1795310986908001)");
await stat("concat", "local a='rhai:task:'..i");
await stat("xadd", "redis.call('XADD','s','MAXLEN','~',10000,'*','a','b')");
await stat("pcall", "redis.pcall('EXISTS','k')");
await stat("unpack8", "redis.call('HMGET','rhai:task:x',unpack(f))", "local f={'status', 'token', 'idempotencyKey', 'notify', 'bytes', 'resultTtlMs', 'attempts', 'error'}");
await server.stop();
