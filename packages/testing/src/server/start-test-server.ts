import { RemoteThread } from "../thread/remote-thread.js";
import { Gate } from "./gate.js";
import { checkServerOptions, type TestServerOptions } from "./options.js";
import type { ServerControl, ServerThreadData } from "./server-thread.js";
import { TestServer } from "./test-server.js";

/**
 * Starts a ZooKeeper server for tests and development, and resolves when clients can connect.
 *
 * It speaks ZooKeeper's wire protocol on 127.0.0.1, so that any client can be tested against it: zookit's, kazoo,
 * Curator. It is **not for production**: it keeps everything in memory, in one process, and checks no password that
 * is worth the name. What it leaves out stands in the package's README.
 *
 * It runs in a worker thread, because the native binding blocks its own event loop while it closes a session: a server
 * on the same event loop could not answer. The thread keeps the process alive until the server is stopped.
 *
 * @example
 * await using server = await startTestServer();
 * await using zk = await connect(server.hosts);
 *
 * @throws {TestingError} `invalid-argument`: an option is not what it should be. `unavailable`: the port is in use.
 */
export async function startTestServer(options?: TestServerOptions): Promise<TestServer> {
  const settings = checkServerOptions(options);
  const gate = new Gate();
  const data: ServerThreadData = { settings, gate: gate.memory };
  const module = new URL("./server-thread.js", import.meta.url);
  const thread = new RemoteThread<ServerControl>(module, "the test server", data);
  try {
    return new TestServer(await thread.call((server) => server.start()), thread, gate);
  } catch (error) {
    await thread.stop().catch(() => undefined);
    throw error;
  }
}
