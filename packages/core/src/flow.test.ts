import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Flow } from "./flow.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** A request that is answered when told. */
function request(flow: Flow, sent: number[], id: number): () => Promise<void> {
  let answer: () => void = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const done = flow.run(() => {
    sent.push(id);
    return answered;
  });
  return async () => {
    answer();
    await done;
  };
}

const count = (length: number) => Array.from({ length }, (_, id) => id);

test("requests are sent within the call while there is room, and the others follow in their order", async () => {
  const sent: number[] = [];
  const flow = new Flow(() => 1_200);
  const answers = count(100).map((id) => request(flow, sent, id));
  expect(sent).toHaveLength(32);
  for (const answer of answers) await answer();
  expect(sent).toEqual(count(100));
});

test("answers in time make room for more, up to a thousand", async () => {
  const sent: number[] = [];
  const flow = new Flow(() => 1_200);
  for (const id of count(2_000)) await request(flow, sent, id)();
  for (const id of count(2_000)) request(flow, sent, id);
  expect(sent).toHaveLength(3_000);
});

test("late answers leave room for fewer, but always for some", async () => {
  const sent: number[] = [];
  const flow = new Flow(() => 1_200);
  for (const id of count(500)) await request(flow, sent, id)();
  for (const id of count(10)) {
    const answer = request(flow, sent, id);
    vi.advanceTimersByTime(101);
    await answer();
  }
  for (const id of count(100)) request(flow, sent, id);
  expect(sent).toHaveLength(518);
});

test("a request that comes while others are being let go does not overtake them", async () => {
  const sent: number[] = [];
  const flow = new Flow(() => 1_200);
  const answers = count(34).map((id) => request(flow, sent, id));
  const first = answers[0]?.();
  const second = answers[1]?.();
  await Promise.resolve();
  request(flow, sent, 2_000);
  await Promise.all([first, second]);
  await answers[2]?.();
  expect(sent.slice(32)).toEqual([32, 33, 2_000]);
});
