import { subscribe, unsubscribe } from "node:diagnostics_channel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LOCK_STORIES } from "./support/lock-stories.js";
import { lockStory } from "./support/lock-story.js";

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function numberOf(ids: Map<string, number>, id: string): number {
  const number = ids.get(id) ?? ids.size;
  ids.set(id, number);
  return number;
}

/** What happened in each story: every request with its time and its outcome, and every turn of the scheduler. */
async function tracesOf(seed: number): Promise<string[]> {
  const traces: string[] = [];
  let lines: string[] = [];
  let ids = new Map<string, number>();
  // Contenders' ids are truly random. Which of them is meant is not.
  const named = (text: string) => text.replace(UUID, (id) => `#${numberOf(ids, id)}`);
  const record = (message: unknown) => {
    const { operation, path, sessionId, error } = message as Readonly<Record<string, string>>;
    lines.push(named(`${performance.now()} ${operation} ${path} ${sessionId} ${error}`));
  };
  subscribe("zookit:operation", record);
  try {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), LOCK_STORIES, async (scheduler, story) => {
        lines = [];
        ids = new Map();
        await lockStory(story, { scheduler });
        traces.push([...lines, ...scheduler.report().map(({ label }) => named(label))].join("\n"));
      }),
      { numRuns: 100, seed },
    );
  } finally {
    unsubscribe("zookit:operation", record);
  }
  return traces;
}

test("a seed replays its schedules, with all troubles, to the last turn; another seed has others", async () => {
  const traces = await tracesOf(1);
  expect(await tracesOf(1)).toEqual(traces);
  expect(await tracesOf(2)).not.toEqual(traces);
  expect(new Set(traces).size).toBeGreaterThan(90);
});
