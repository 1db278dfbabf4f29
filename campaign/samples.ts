import { appendFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import type { Ensemble } from "../test/harness/ensemble.js";
import type { Crew } from "./crew.js";
import { monotonicMs } from "./history/clock.js";

/** What processes use, at one moment. */
export interface Sample {
  readonly at: number;
  readonly workers: readonly { readonly name: string; readonly residentMiB: number; readonly descriptors: number }[];
  /** Watches of all servers that answer. */
  readonly watches: number;
  readonly servers: number;
}

const KIB_PER_MIB = 1_024;

/** Looks at all workers and servers, and keeps what it sees. */
export class Sampler {
  readonly samples: Sample[] = [];
  readonly #crew: Crew;
  readonly #ensemble: Ensemble;
  readonly #file: string;

  constructor(crew: Crew, ensemble: Ensemble, file: string) {
    this.#crew = crew;
    this.#ensemble = ensemble;
    this.#file = file;
  }

  async take(): Promise<Sample> {
    const workers = await Promise.all(
      this.#crew.living.map(async ({ name, pid }) => {
        try {
          const status = await readFile(`/proc/${pid}/status`, "utf8");
          const residentMiB = Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / KIB_PER_MIB);
          return [{ name, residentMiB, descriptors: (await readdir(`/proc/${pid}/fd`)).length }];
        } catch {
          // It has just been killed.
          return [];
        }
      }),
    );
    const counts = await Promise.all(
      this.#ensemble.servers.map(async (server) =>
        (await server.role()) === undefined ? undefined : await server.watchCount().catch(() => undefined),
      ),
    );
    const known = counts.filter((count) => count !== undefined);
    const watches = known.reduce((sum, count) => sum + count, 0);
    const sample = { at: monotonicMs(), workers: workers.flat(), watches, servers: known.length };
    this.samples.push(sample);
    appendFileSync(this.#file, `${JSON.stringify(sample)}\n`);
    return sample;
  }
}
