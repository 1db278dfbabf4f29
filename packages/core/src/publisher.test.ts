import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, test } from "vitest";
import { publisher } from "./publisher.js";

test("what is published is built only while somebody listens, and goes to the channel of its name", () => {
  const publish = publisher<{ readonly number: number }>("test-of-publisher");
  let built = 0;
  const say = () => publish(() => ({ number: ++built }));
  const heard: unknown[] = [];
  const listen = (message: unknown, name: string | symbol) => heard.push({ message, name });
  say();
  subscribe("zookit:test-of-publisher", listen);
  say();
  unsubscribe("zookit:test-of-publisher", listen);
  say();
  expect(built).toBe(1);
  expect(heard).toEqual([{ message: { number: 1 }, name: "zookit:test-of-publisher" }]);
});
