import { describe, expect, it } from "vitest";
import { TestingError } from "../errors.js";
import { checkRule, type FaultRule } from "./rule.js";

describe("checkRule", () => {
  it.each<FaultRule>([
    { at: "request", action: "lose" },
    { at: "reply", operation: "create", nth: 3, action: "reset" },
    { at: "reply", operation: "connect", action: "drop" },
    { at: "reply", operation: "event", action: "hold" },
    { at: "request", operation: "ping", action: { delayMs: 0 } },
  ])("accepts %j", (rule) => {
    expect(checkRule(rule)).toMatchObject(rule);
  });

  it.each<[string, unknown]>([
    ["no object", "lose"],
    ["null", null],
    ["a misspelt key", { at: "reply", action: "lose", opration: "create" }],
    ["an unknown operation", { at: "reply", action: "lose", operation: "get" }],
    ["an operation that is never on the wire", { at: "reply", action: "lose", operation: "createSession" }],
    ["no point", { action: "lose" }],
    ["an event at request", { at: "request", operation: "event", action: "lose" }],
    ["the 0th", { at: "reply", nth: 0, action: "lose" }],
    ["half an nth", { at: "reply", nth: 1.5, action: "lose" }],
    ["no action", { at: "reply" }],
    ["an unknown action", { at: "reply", action: "cut" }],
    ["a negative delay", { at: "reply", action: { delayMs: -1 } }],
    ["a delay that no timer can take", { at: "reply", action: { delayMs: 2 ** 31 } }],
    ["a delay of nothing", { at: "reply", action: {} }],
  ])("refuses %s", (_what, rule) => {
    expect(() => checkRule(rule as FaultRule)).toThrow(TestingError);
    expect(() => checkRule(rule as FaultRule)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});
