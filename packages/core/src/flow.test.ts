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

test("a request is sent within the call while the server keeps up", () => {
  const sent: number[] = [];
  const flow = new Flow(() => 1_200);
  for (let id = 0; id < 1_000; id++) request(flow, sent, id);
  expect(sent).toHaveLength(1_000);
});

test("no more than a thousand are under way, and the others follow in their order", async () => {
  const sent: number[] = [];
  const flow = new Flow(() => 1_200);
  const answers = Array.from({ length: 1_100 }, (_, id) => request(flow, sent, id));
  expect(sent).toHaveLength(1_000);
  for (const answer of answers) await answer();
  expect(sent).toEqual(Array.from({ length: 1_100 }, (_, id) => id));
});

test("an unanswered request holds back those that would follow it, but for a few", async () => {
  const sent: number[] = [];
  const flow = new Flow(() => 1_200);
  const answerFirst = request(flow, sent, 0);
  vi.advanceTimersByTime(100);
  for (let id = 1; id < 30; id++) request(flow, sent, id);
  expect(sent).toHaveLength(16);
  await answerFirst();
  expect(sent).toHaveLength(30);
});

test("a request that comes while others are being let go does not overtake them", async () => {
  const sent: number[] = [];
  const flow = new Flow(() => 1_200);
  const answers = Array.from({ length: 1_002 }, (_, id) => request(flow, sent, id));
  const first = answers[0]?.();
  const second = answers[1]?.();
  await Promise.resolve();
  request(flow, sent, 2_000);
  await Promise.all([first, second]);
  await answers[2]?.();
  expect(sent.slice(1_000)).toEqual([1_000, 1_001, 2_000]);
});
