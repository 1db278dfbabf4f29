import { expect, test } from "vitest";
import { Register } from "./register.js";

test("refuses whoever has been overtaken, by a reader as by a writer, and leaves the value as it is", () => {
  const register = new Register();
  const ask = (f: "read" | "write", token: string, read = 0) => register.ask({ key: "k", f, token, who: "w", read }, 0);
  expect(ask("read", "5")).toMatchObject({ accepted: true, value: 0 });
  expect(ask("write", "5", 0)).toMatchObject({ accepted: true, value: 1 });
  expect(ask("read", "9")).toMatchObject({ accepted: true, value: 1 });
  expect(ask("write", "5", 1)).toMatchObject({ accepted: false, value: 1 });
  expect(ask("write", "10", 1)).toMatchObject({ accepted: true, value: 2 });
  expect(register.ask({ key: "other", f: "read", token: "1", who: "w" }, 0)).toMatchObject({
    accepted: true,
    value: 0,
  });
});
