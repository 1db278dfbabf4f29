import type { Stat } from "@zookit/core";
import { expect, test } from "vitest";
import { containsWrite, readRecord, WRITER_LIMIT, written } from "./record.js";

const at = (version: number) => ({ version }) as Stat;
const EMPTY = { value: 0, writers: [] };

test("a write finds itself, and not the one that would follow it", () => {
  const record = readRecord(written(EMPTY, 1, "me", 4), "/n", 0);
  const sent = { base: EMPTY, baseStat: at(0), writer: "me" };
  expect(containsWrite(record, at(1), { ...sent, write: 4 })).toBe(true);
  expect(containsWrite(record, at(1), { ...sent, write: 5 })).toBe(false);
});

test("a writer keeps its place among the latest by writing", () => {
  let data = written(EMPTY, 0, "me", 1);
  for (let other = 0; other < 3 * WRITER_LIMIT; other++) {
    data = written(readRecord(data, "/n", 0), other, `other ${other}`, 1);
    data = written(readRecord(data, "/n", 0), other, "me", other + 2);
  }
  const { writers } = readRecord(data, "/n", 0);
  expect(writers).toHaveLength(WRITER_LIMIT);
  expect(writers.at(-1)).toEqual(["me", 3 * WRITER_LIMIT + 1]);
});

test("a writer that may have been forgotten gets no answer; one that cannot have been is told no (H75)", () => {
  let record: ReturnType<typeof readRecord> = EMPTY;
  for (let other = 0; other < WRITER_LIMIT; other++) {
    record = readRecord(written(record, other, `other ${other}`, 1), "/n", 0);
  }
  const sent = { base: EMPTY, baseStat: at(5), writer: "me", write: 1 };
  expect(containsWrite(record, at(5 + WRITER_LIMIT - 1), sent)).toBe(false);
  expect(containsWrite(record, at(5 + WRITER_LIMIT), sent)).toBeUndefined();
  // The version is an int32 that wraps.
  expect(containsWrite(record, at(-(2 ** 31) + 3), { ...sent, baseStat: at(2 ** 31 - 1) })).toBe(false);
});

/** The record after writes by so many others, one each. */
function afterOthers(record: ReturnType<typeof readRecord>, count: number, name: string) {
  let after = record;
  for (let other = 0; other < count; other++) {
    after = readRecord(written(after, other, `${name} ${other}`, 1), "/n", 0);
  }
  return after;
}

test("nobody has been forgotten while there is room, however many writes have followed (H75)", () => {
  const record = afterOthers(EMPTY, WRITER_LIMIT - 1, "other");
  const sent = { base: EMPTY, baseStat: at(0), writer: "me", write: 1 };
  expect(containsWrite(record, at(100_000), sent)).toBe(false);
});

test("nobody has been forgotten while one is remembered who wrote before, however many writes have followed (H75)", () => {
  const base = afterOthers(EMPTY, WRITER_LIMIT, "before");
  const sent = { base, baseStat: at(0), writer: "me", write: 1 };
  expect(containsWrite(afterOthers(base, WRITER_LIMIT - 1, "after"), at(100_000), sent)).toBe(false);
  expect(containsWrite(afterOthers(base, WRITER_LIMIT, "after"), at(100_000), sent)).toBeUndefined();
  // One of them has written again since: that it is remembered proves nothing.
  const again = readRecord(written(base, 9, "before 0", 2), "/n", 0);
  expect(containsWrite(afterOthers(again, WRITER_LIMIT - 1, "after"), at(100_000), sent)).toBeUndefined();
});

test.each([
  "x",
  "{}",
  "[]",
  "5",
  "null",
  '{"value":1.5,"writers":[]}',
  '{"value":1}',
  '{"value":1,"writers":[7]}',
  '{"value":1,"writers":[null]}',
  '{"value":1,"writers":["me"]}',
  '{"value":1,"writers":[["me"]]}',
  '{"value":1,"writers":[[1,2]]}',
])("%s is no counter", (text) => {
  expect(() => readRecord(Buffer.from(text), "/n", 0)).toThrow(expect.objectContaining({ code: "unreadable-counter" }));
});

test("empty data are the initial value", () => {
  expect(readRecord(Buffer.alloc(0), "/n", 9)).toEqual({ value: 9, writers: [] });
});
