import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** What needs no server: on all cores, before anything else. */
const WITHOUT_SERVERS = [
  "packages/*/src/**/*.test.ts",
  "benchmarks/src/**/*.test.ts",
  "test/simulation/**/*.test.ts",
  "test/docs/**/*.test.ts",
  "campaign/**/*.test.ts",
];

export default defineConfig({
  resolve: { conditions: ["@zookit/source"] },
  ssr: { resolve: { conditions: ["@zookit/source"], externalConditions: ["@zookit/source"] } },
  test: {
    // The native binding may be loaded in one thread of a process only (N22): processes, never threads.
    pool: "forks",
    // Inherited by the worker threads in which the test server and the fault proxy run.
    execArgv: ["--conditions=@zookit/source", "--import", "./scripts/run-typescript.mjs"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "simulated",
          include: WITHOUT_SERVERS,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "servers",
          include: ["test/**/*.test.ts"],
          exclude: WITHOUT_SERVERS,
          globalSetup: ["test/harness/global-setup.ts"],
          // Two cores, and every real ensemble brings its own JVMs: files run one after the other.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
