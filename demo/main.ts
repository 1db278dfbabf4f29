/**
 * The toolkit's story: workers in processes of their own meet at a barrier, share a set of jobs, elect a leader and count what
 * they did. One more joins, the leader is killed, one is frozen, and at the end it is checked that each job was done once.
 */
import { demonstrate } from "./demonstrate.js";
import { Ending, Interrupted } from "./ending.js";
import { type Options, parseOptions, USAGE } from "./options.js";
import { paintFor } from "./paint.js";
import { describeVerdict } from "./verdict-block.js";

const CLEAN_UP_LIMIT_MS = 30_000;

process.exitCode = await main();
// Everything is cleaned up; should something unforeseen keep the process alive all the same, that is a failure too.
setTimeout(() => process.exit(1), CLEAN_UP_LIMIT_MS).unref();

async function main(): Promise<number> {
  let options: Options | undefined;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}\n`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const paint = paintFor(process.stdout, process.env);
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  using ending = new Ending();
  try {
    const checks = await demonstrate(options, ending, paint, print);
    print(describeVerdict(checks, paint));
    return checks.every(({ isOk }) => isOk) ? 0 : 1;
  } catch (error) {
    // What was waited for may have failed only because the demo was ending.
    const reason = ending.signal.aborted ? ending.signal.reason : error;
    process.stderr.write(`\n${paint("the demo did not finish", "red", "bold")}: ${describe(reason)}\n`);
    return reason instanceof Interrupted ? reason.exitCode : 1;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n  because: ${describe(error.cause)}`;
}
