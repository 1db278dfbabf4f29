import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@zookit/source"] },
  ssr: { resolve: { conditions: ["@zookit/source"], externalConditions: ["@zookit/source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    // The native binding may be loaded in one thread of a process only (N22): processes, never threads.
    pool: "forks",
    // Inherited by the worker threads in which the test server and the fault proxy run.
    execArgv: ["--conditions=@zookit/source", "--import", "./scripts/run-typescript.mjs"],
    // Two cores, and every real ensemble brings its own JVMs: files run one after the other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: ["test/harness/global-setup.ts"],
  },
});
