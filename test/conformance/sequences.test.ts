import fc from "fast-check";
import { beforeAll, beforeEach, describe, it } from "vitest";
import { arbitrarySequence } from "./arbitrary-sequence.js";
import { type Pair, reasonToSkip, startPair } from "./conformance-server.js";
import { Player, type Transcript } from "./player.js";
import type { Step } from "./steps.js";

/** How many sequences, and from which seed; `ZOOKIT_CONFORMANCE_SEED` replays a run. */
const SEQUENCES = Number(process.env["ZOOKIT_CONFORMANCE_SEQUENCES"] ?? 10_000);
const SEED = Number(process.env["ZOOKIT_CONFORMANCE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Pairs of servers at work at the same time: most of the time of one is spent waiting for answers. */
const LANES = 2;

/** No session ends within a test. */
const LIMITS = { tickTimeMs: 2_000, minSessionTimeoutMs: 60_000, maxSessionTimeoutMs: 600_000 };

describe("the test server answers as ZooKeeper does", () => {
  let skip: string | undefined;

  beforeAll(async () => {
    skip = await reasonToSkip();
  });
  beforeEach((context) => {
    if (skip !== undefined) context.skip(skip);
  });

  it.each([
    { setting: "with TTL znodes", hasTtl: true, lanes: LANES, sequences: 0.95 * SEQUENCES },
    { setting: "without TTL znodes", hasTtl: false, lanes: 1, sequences: 0.05 * SEQUENCES },
  ])("to whatever is asked of it, $setting", { timeout: 900_000 }, async ({ hasTtl, lanes, sequences }) => {
    const lane = async (_: unknown, index: number) => {
      await using pair = await startPair({ ...LIMITS, hasTtl });
      await compare(pair, Math.ceil(sequences / lanes), SEED + index);
    };
    // To the end, also if one has failed: a counterexample that shrinks meanwhile needs its servers.
    const outcomes = await Promise.allSettled(Array.from({ length: lanes }, lane));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  });
});

/** Plays sequences on both servers until one differs, and then ever smaller ones. */
async function compare(pair: Pair, sequences: number, seed: number): Promise<void> {
  const [real, test] = [new Player(pair.real.hosts), new Player(pair.test.hosts)];
  let played = 0;
  const isSame = fc.asyncProperty(arbitrarySequence, async (steps) => {
    const root = `/c${String(played++).padStart(8, "0")}`;
    const [expected, actual] = await Promise.all([real.play(steps, root), test.play(steps, root)]);
    if (JSON.stringify(expected) === JSON.stringify(actual)) return;
    // What comes next, with a smaller sequence, is to begin anew.
    await Promise.all([real.reset(), test.reset()]);
    throw new Error(explain(steps, expected, actual));
  });
  await fc.assert(isSame, { numRuns: sequences, seed });
}

/** Both transcripts, and where they part. */
function explain(steps: readonly Step[], expected: Transcript, actual: Transcript): string {
  const lines = [`ZOOKIT_CONFORMANCE_SEED=${SEED}`, ...steps.map((step, index) => `${index}. ${show(step)}`)];
  expected.forEach((theirs, client) => {
    const ours = actual[client] ?? [];
    lines.push(`client ${client}:`);
    for (let index = 0; index < Math.max(theirs.length, ours.length); index++) {
      if (theirs[index] === ours[index]) lines.push(`    ${theirs[index]}`);
      else lines.push(`  ZooKeeper   ${theirs[index]}`, `  test server ${ours[index]}`);
    }
  });
  return lines.join("\n");
}

function show(step: Step): string {
  return JSON.stringify(step, (_, value) => (typeof value === "bigint" ? String(value) : value));
}
