import { type Acl, type Auth, checkAcl, checkAuth } from "./acl.js";
import { checkInteger, checkOptions, MAX_TIMER_MS } from "./check.js";
import { Client } from "./client.js";
import { checkWaitOptions, withDeadline } from "./deadline.js";
import { InvalidArgumentError, TimeoutError, TransportUnavailableError } from "./errors.js";
import { parseConnectString } from "./hosts.js";
import { chroot } from "./path.js";
import { type RetryOptions, retryPolicy } from "./retry.js";
import type { Transport } from "./transport.js";
import { ZooKeeper } from "./zookeeper.js";

export interface ConnectOptions {
  /**
   * Session timeout to ask for, in milliseconds; the servers confine it to their own range (2 to 20 ticks by default).
   * How long a crashed holder's locks stay taken, and how long an outage a session survives. Range 100 to 2³¹ − 1.
   * At least five times the servers' `tickTime`, see docs/guarantees. @default 10000
   */
  readonly sessionTimeoutMs?: number | undefined;
  /** Total time that `connect` may take, in milliseconds. Range 1 to 2³¹ − 1. @default 15000 */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * Credentials, presented on every connection. Of scheme `digest` servers take any; wrong ones show in
   * {@link NoAuthError} later.
   */
  readonly auth?: Auth | readonly Auth[] | undefined;
  /** Access control list of everything that this client creates. @default open to everyone */
  readonly acl?: readonly Acl[] | undefined;
  /** How operations are repeated. */
  readonly retry?: RetryOptions | undefined;
  /** Gives up connecting when aborted. It has no effect on the client once that is connected. */
  readonly signal?: AbortSignal | undefined;
  /** What speaks to ZooKeeper. @default the native binding, loaded on first use */
  readonly transport?: Transport | undefined;
}

const KNOWN = ["sessionTimeoutMs", "connectTimeoutMs", "auth", "acl", "retry", "signal", "transport"] as const;

/**
 * Connects to an ensemble and returns a client with an established session. From then on the client keeps itself
 * connected: it moves to another server when one fails, and opens a new session when one has ended.
 *
 * @param hosts `host[:port][,host[:port]…][/chroot]`; the port defaults to 2181. The chroot need not exist: locks,
 *   `ensurePath` and `create` with `parents` make it; everything else finds no znode until then.
 *
 * @example
 * await using zk = await connect("zk1:2181,zk2:2181,zk3:2181/my-service");
 *
 * @throws {InvalidArgumentError} a malformed argument; nothing was tried.
 * @throws {TimeoutError} no session within `connectTimeoutMs`; its cause is why the last attempt failed.
 * @throws {AuthFailedError} the server refused the credentials.
 * @throws {TransportUnavailableError} the native binding cannot be loaded.
 */
export async function connect(hosts: string, options?: ConnectOptions): Promise<ZooKeeper> {
  const given = checkOptions<ConnectOptions>(options, KNOWN);
  const { sessionTimeoutMs = 10_000, connectTimeoutMs = 15_000, signal } = given;
  const parsed = parseConnectString(hosts);
  checkInteger("sessionTimeoutMs", sessionTimeoutMs, 100, MAX_TIMER_MS);
  checkInteger("connectTimeoutMs", connectTimeoutMs, 1, MAX_TIMER_MS);
  checkWaitOptions({ signal });
  signal?.throwIfAborted();
  const client = new Client({
    request: { hosts: parsed.hosts, sessionTimeoutMs, auth: checkAuth(given.auth) },
    chroot: chroot(parsed.chroot),
    acl: given.acl === undefined ? undefined : checkAcl(given.acl),
    retry: retryPolicy(given.retry),
    transport: given.transport === undefined ? await loadNativeTransport() : checkTransport(given.transport),
  });
  try {
    const options = { signal, timeoutMs: connectTimeoutMs };
    await withDeadline(options, `connecting to ${hosts}`, {}, (both) => client.ready(both));
  } catch (error) {
    await client.close();
    if (!(error instanceof TimeoutError) || error === signal?.reason) throw error;
    const cause = client.lastConnectFailure;
    throw new TimeoutError(cause === undefined ? error.message : `${error.message}: ${cause.message}`, { cause });
  }
  return new ZooKeeper(client);
}

async function loadNativeTransport(): Promise<Transport> {
  try {
    return (await import("./native/index.js")).nativeTransport;
  } catch (cause) {
    throw new TransportUnavailableError(
      "the native binding could not be loaded; the npm package zookeeper has to be compiled when it is installed " +
        `(pnpm: allow its build script in onlyBuiltDependencies): ${(cause as Error).message}`,
      { cause },
    );
  }
}

function checkTransport(transport: unknown): Transport {
  const { open, capabilities } = (transport ?? {}) as Partial<Transport>;
  if (typeof open !== "function" || !(capabilities instanceof Set)) {
    throw new InvalidArgumentError("transport must be a Transport");
  }
  return transport as Transport;
}
