export type { TestServerOptions } from "./options.js";
export { startTestServer } from "./start-test-server.js";
export type { TestServer } from "./test-server.js";
export type { TestServerCounts, TestServerSession, ZnodeCounters } from "./types.js";
