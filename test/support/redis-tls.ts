// TLS for redis-server in tests: certificates made by openssl, the server's settings, and why they may be missing.

import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { temporaryFolder } from "./queue-worker.ts";
import { redisVersion } from "./redis.ts";

/** Paths of PEM files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Vouches for itself: who trusts it names it as authority. Valid for 127.0.0.1 only. */
export function makeCertificate(): Certificate {
  const folder = temporaryFolder();
  const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const subject = ["-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", ["req", ...kind, "-keyout", files.key, "-out", files.cert, ...subject], {
    stdio: "ignore",
  });
  return files;
}

/** Settings of a server that listens with TLS on that port, besides its plain one; it lets in who has no certificate. */
export function tlsSettings(port: number, { cert, key }: Certificate): Record<string, string> {
  return {
    "tls-port": String(port),
    "tls-cert-file": cert,
    "tls-key-file": key,
    "tls-ca-cert-file": cert,
    "tls-auth-clients": "no",
  };
}

/**
 * What is missing for tests with TLS, or null. Where the tests are meant to be complete (RHAI_REQUIRE_REDIS) that is an
 * error.
 */
export function missingForTls(): string | null {
  const missing = findMissing();
  if (missing !== null && process.env.RHAI_REQUIRE_REDIS !== undefined) throw new Error(missing);
  return missing;
}

function findMissing(): string | null {
  if (redisVersion() === null) return "redis-server is not installed";
  if (spawnSync("openssl", ["version"]).status !== 0) return "openssl is not installed";
  // A server that is to listen nowhere ends at once, after it has read its settings.
  const nowhere = ["--port", "0", "--tls-port", "0"];
  const { stdout, stderr } = spawnSync("redis-server", nowhere, { encoding: "utf8", timeout: 5000 });
  return /Bad directive/.test(stdout + stderr) ? "redis-server was built without TLS" : null;
}
