import { baseline } from "./baseline.js";
import { DEFECTS } from "./defects.js";
import { figures } from "./markdown.js";
import type { RunReport } from "./report.js";
import { sum } from "./sum.js";
import { runTable } from "./tables.js";
import { verdictOf } from "./verdict.js";

/** What the issue that asked for the campaign calls a long run. */
const LONG_RUN_MINUTES = 120;

function notes(reports: readonly RunReport[]): string {
  return reports
    .map(({ note, options }) => (note === undefined ? "" : `\n\nOf the run with seed ${options.seed}: ${note}`))
    .join("");
}

/** `docs/safety.md`, from the reports of runs, each of which it names; those of peers' recipes stand apart, at the end. */
export function safetyPage(all: readonly RunReport[]): string {
  const inOrder = [...all].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  const reports = inOrder.filter(({ options }) => options.workersOf !== "kazoo");
  const peers = inOrder.filter(({ options }) => options.workersOf === "kazoo");
  const minutes = sum(reports.map(({ options }) => options.minutes));
  const workers = [...new Set(reports.map(({ options }) => options.workers))].join(" or ");
  const length =
    minutes < LONG_RUN_MINUTES
      ? `**The run of two hours in total that this page is to rest on has not been done yet.** What follows is ${minutes} minutes.`
      : `What follows is ${minutes} minutes of faults, on a machine of two cores that did other things too.`;
  return `# Safety under fire

Made by \`pnpm campaign:publish\` from recorded runs; not to be edited by hand.

## What is not guaranteed

**That two processes are never inside at once.** A process that stands still, or whose event loop is blocked, wakes up in its
section and goes on. zookit makes \`isHeld()\` false by then; who does not ask does not know. How often and for how long that was
so here is measured below. Only a resource that checks tokens is safe from it.

**That \`isHeld()\` is false in time when a session is ended before its time.** The campaign ends sessions at the servers while
their clients are alive. What a client believes until it is told counts as no violation.

**That anything goes on while there is no majority of servers**, or no way to it. Figures of hand-over and recovery are what was
seen on one small machine, with sessions of 1.5 s and ticks of 200 ms; they are no bounds.

**That what was not tried is safe.** The links between the servers are not cut: servers are killed and stopped instead. The clocks
of all processes are one clock, and nothing changes its rate. Disks do not fail.

**That a run without findings proves anything.** It shows that what was recorded can be explained by what is promised.

## The runs

${length} These are all runs that count, in full; a run that found something would be here too.

${runTable(reports)}

${verdictOf(reports)}.${notes(reports)}

\`\`\`sh
pnpm campaign --minutes 5 --seed ${reports[0]?.options.seed ?? 1}
\`\`\`

runs the first of them again: the same things go wrong, though not at quite the same moments.

## What was done

Real servers, three of them, each behind a proxy that can cut, partition, delay, throttle, and lose single replies. ${workers} worker
processes run every recipe and record what they did, each in a history of its own, before and after. A nemesis does to workers,
links and servers what the table of faults says, several things at a time; in between there are calms of ten seconds, in which
everything must go on, and members of a party must see each other. At the end everything is given up, and nothing may be left.
[guarantees.md](guarantees.md) says what is promised; the checkers of \`campaign/checkers\` read the histories. A linearizability
checker with a model for each recipe finds an order in which all that holders were told can be true, unknown outcomes left open;
if it came to no end, that would count as a failure. Others look at tokens, at the register, at members, and at what is left.
The checkers are checked with histories known to be good and bad, and by short campaigns on programs with mistakes in them
(\`pnpm campaign:mutants\`). When this was last done, on 2026-11-26, they caught all 13, each within a minute:
eleven by a rule that was broken, and two, a reader who waits for nobody and a permit too many, as a checker that came to no
end.

An operation is what a worker asked of a recipe: an acquisition, a release, an addition. Looks, of which there are several times
as many, are not counted. An operation has *failed* where it is certain that it did not take place, mostly since it was given
little time; its outcome is *unknown* where nobody can tell. A worker whose rejection nobody handles ends, and is counted.

## Defects that it has found

${DEFECTS.map(({ what, test }) => `- ${what} Shown by \`${test}\`.`).join("\n")}

${figures(reports)}
${baseline(peers)}`;
}
