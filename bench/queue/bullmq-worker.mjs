// A BullMQ worker process whose processor does nothing: node bullmq-worker.mjs PORT QUEUE CONCURRENCY

import { Worker } from "bullmq";

const [port, queue, concurrency] = process.argv.slice(2);
const connection = { host: "127.0.0.1", port: Number(port), maxRetriesPerRequest: null };
const worker = new Worker(queue, async () => 42, { connection, concurrency: Number(concurrency) });
await worker.waitUntilReady();
console.log("ready");
