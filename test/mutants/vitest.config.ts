import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The unit tests first, which take no time, and what tries many orders last. */
const IN_TURN = [/^packages\//, /\/simulation\/(?!.*-(?:matrix|schedules)\.)/, /-matrix\./, /-schedules\./];

class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const turnOf = ({ moduleId }: TestSpecification) =>
      IN_TURN.findIndex((pattern) => pattern.test(moduleId.slice(root.length + 1)));
    return files.toSorted((a, b) => turnOf(a) - turnOf(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

/** What is run on each mutant: what there is for core, election and lock that needs no server, in one process. */
export default defineConfig({
  resolve: { conditions: ["@zookit/source"] },
  ssr: { resolve: { conditions: ["@zookit/source"], externalConditions: ["@zookit/source"] } },
  test: {
    include: ["packages/{core,election,lock}/src/**/*.test.ts", "test/simulation/{core,election,lock}-*.test.ts"],
    pool: "forks",
    isolate: false,
    fileParallelism: false,
    sequence: { sequencer: QuickestFirst },
    // A simulation has a limit in virtual time; tests that hang in spite of it are ended as a whole.
    testTimeout: 0,
  },
});
