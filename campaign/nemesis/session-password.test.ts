import { expect, test } from "vitest";
import { sessionPassword } from "./session-password.js";

test.each([
  [0x1000022b6c60006n, "feda2a37c5ec041d613933117dc7afca"],
  [0x2000022bb930001n, "c2170c67b0bf0f439ad90f75ad33f32c"],
  [-1n, "20f62cb5648dc2d771471c8a2486a9ee"],
])("the password of session %s is the one that Java makes", (id, password) => {
  expect(sessionPassword(id).toString("hex")).toBe(password);
});
