/**
 * Checks the tests: each of the mutants, a copy of the sources with one mistake in it, must make some test fail.
 *
 * pnpm mutants                 all of them
 * pnpm mutants "sync" "token"  those whose names contain one of the words
 */
import { fileURLToPath } from "node:url";
import { Copy } from "./copy.js";
import { type Mutant, recipesOf } from "./mutant.js";
import { MUTANTS } from "./mutants.js";
import { type Score, summary, table, textOf } from "./score.js";
import { runSuite } from "./suite.js";
import { isCaught } from "./verdict.js";

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
/** Mutants at a time: one for each core of a small machine. */
const LANES = 2;
/** Generous: it only tells that the tests hang. */
const CONTROL_LIMIT_MS = 900_000;
/** How many times longer than without a mutant the tests may take before they are taken to hang. */
const SLOWER = 4;
const LEAST_LIMIT_MS = 120_000;

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => interrupted.abort(new Error(`ended by ${signal}`)));
}

/** The tests must pass on the sources as they are, in time, or they would catch everything. */
async function controlRun(copy: Copy, recipes: readonly string[], limitMs: number): Promise<number> {
  const { signal } = interrupted;
  const { verdict, elapsedMs, output } = await runSuite(copy.root, { recipes, limitMs, signal });
  if (verdict.kind !== "passed") {
    const details = verdict.kind === "failed" ? verdict.message : output;
    throw new Error(`without a mutant the tests of ${recipes} do not pass: ${textOf(verdict)}\n${details}`);
  }
  say(`without a mutant all tests of ${recipes.join(" and ")} pass, in ${seconds(elapsedMs)}`);
  return elapsedMs;
}

async function scoreOf(mutant: Mutant, copy: Copy, limits: ReadonlyMap<string, number>): Promise<Score> {
  const recipes = recipesOf(mutant);
  const limitMs = limits.get(recipes.join()) ?? LEAST_LIMIT_MS;
  const { verdict, elapsedMs } = await copy.with(mutant, () =>
    runSuite(copy.root, { recipes, limitMs, signal: interrupted.signal }),
  );
  // Hanging must not be confused with being slow: the machine may be busier by now.
  if (verdict.kind === "hangs") await controlRun(copy, recipes, limitMs / 2);
  const caught = isCaught(verdict) ? "caught" : "NOT CAUGHT";
  say(`${caught.padEnd(10)}  ${seconds(elapsedMs).padStart(7)}  ${mutant.name}`);
  return { mutant, verdict, elapsedMs };
}

async function run(mutants: readonly Mutant[]): Promise<readonly Score[]> {
  const copies: Copy[] = [];
  try {
    for (let lane = 0; lane < LANES; lane++) copies.push(await Copy.of(CHECKOUT));
    const [first] = copies;
    if (first === undefined) throw new Error("there is at least one lane");
    // Before anything takes its time: a mutant that fits no more should be told at once.
    for (const mutant of MUTANTS) await first.with(mutant, async () => {});
    const limits = new Map<string, number>();
    for (const recipes of distinct(mutants.map(recipesOf))) {
      const elapsedMs = await controlRun(first, recipes, CONTROL_LIMIT_MS);
      limits.set(recipes.join(), Math.max(LEAST_LIMIT_MS, SLOWER * elapsedMs));
    }
    const scores = new Map<Mutant, Score>();
    const left = [...mutants];
    const work = async (copy: Copy) => {
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        scores.set(mutant, await scoreOf(mutant, copy, limits));
      }
    };
    // The copies may go only when nobody works in them any more.
    await Promise.allSettled(copies.map((copy) => work(copy).catch((error) => interrupted.abort(error))));
    interrupted.signal.throwIfAborted();
    return mutants.flatMap((mutant) => scores.get(mutant) ?? []);
  } finally {
    for (const copy of copies) await copy[Symbol.asyncDispose]();
  }
}

function distinct(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(lists.map((list) => [list.join(), list])).values()];
}

function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1_000).toFixed(1)} s`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const words = process.argv.slice(2);
const chosen = MUTANTS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (chosen.length === 0) throw new Error(`no mutant has a name with ${words.join(" or ")} in it`);
const scores = await run(chosen);
say(`\n${table(scores)}\n\n${summary(scores)}`);
if (!scores.every(({ verdict }) => isCaught(verdict))) process.exitCode = 1;
