import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.js";

describe("the options of the benchmarks", () => {
  it("are those of a full run unless told", () => {
    expect(parseOptions([])).toEqual({
      isHelp: false,
      isJson: false,
      isQuick: false,
      rounds: 5,
      only: [],
      servers: 1,
      transport: "native",
    });
  });

  it("take a quick run as one round", () => {
    expect(parseOptions(["--quick", "--rounds", "9"])).toMatchObject({ isQuick: true, rounds: 1 });
  });

  it.each([
    ["--rounds", "0"],
    ["--rounds", "many"],
    ["--servers", "2"],
    ["--only", "nothing"],
    ["--unknown"],
    ["--transport", "pigeon"],
  ])("refuse %s %s", (...args) => {
    expect(() => parseOptions(args.filter((arg) => arg !== undefined))).toThrow();
  });
});
