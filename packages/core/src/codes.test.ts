import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Code, errorForAnswer, isAnswer, isLoss } from "./codes.js";
import {
  InvalidAclError,
  NoAuthError,
  NoNodeError,
  UnexpectedError,
  UnimplementedError,
  ZookitError,
} from "./errors.js";

describe("isLoss and isAnswer", () => {
  it.each(["connectionLoss", "closing", "sessionExpired", "operationTimeout", "sessionMoved"] as const)(
    "takes %s for a lost request, whose outcome is not known (H9)",
    (name) => {
      expect(isLoss(Code[name])).toBe(true);
      expect(isAnswer(Code[name])).toBe(false);
    },
  );

  it.each([
    "noNode",
    "noAuth",
    "badVersion",
    "nodeExists",
    "notEmpty",
    "noChildrenForEphemerals",
    "invalidAcl",
    "unimplemented",
  ] as const)("takes %s for an answer, which shows that the session lives", (name) => {
    expect(isLoss(Code[name])).toBe(false);
    expect(isAnswer(Code[name])).toBe(true);
  });

  it("takes success for an answer, and what the client itself refuses for none", () => {
    expect(isAnswer(0)).toBe(true);
    expect(isAnswer(Code.badArguments)).toBe(false);
    expect(isLoss(Code.badArguments)).toBe(false);
  });

  it("never takes a code for both", () => {
    fc.assert(
      fc.property(fc.integer({ min: -200, max: 10 }), (code) => {
        expect(isLoss(code) && isAnswer(code)).toBe(false);
      }),
    );
  });
});

describe("errorForAnswer", () => {
  it.each([
    [Code.noNode, NoNodeError],
    [Code.noAuth, NoAuthError],
    [Code.invalidAcl, InvalidAclError],
    [Code.unimplemented, UnimplementedError],
  ])("gives %d its class", (code, expected) => {
    const error = errorForAnswer(code, "get", "/a");
    expect(error).toBeInstanceOf(expected);
    expect(error).toMatchObject({ path: "/a", outcome: "not-applied", name: expected.name });
  });

  it("gives every code a typed error that names operation and path", () => {
    fc.assert(
      fc.property(fc.integer({ min: -200, max: -1 }), (code) => {
        const error = errorForAnswer(code, "set", "/a/b");
        expect(error).toBeInstanceOf(ZookitError);
        expect(error.message).toContain("set /a/b");
      }),
    );
  });

  it("prints a code that it does not know", () => {
    const error = errorForAnswer(-125, "get", "/a");
    expect(error).toBeInstanceOf(UnexpectedError);
    expect(error.message).toContain("-125");
  });
});
