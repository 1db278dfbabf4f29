import { lookup } from "node:dns/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { resolveAddresses } from "./addresses.js";

// The name service, not code of ours: what it does at its worst cannot be had otherwise.
vi.mock("node:dns/promises", () => ({ lookup: vi.fn() }));

const at = (host: string) => ({ host, port: 2181 });

function names(known: Readonly<Record<string, readonly string[] | "hangs">>): void {
  vi.mocked(lookup).mockImplementation((async (host: string) => {
    const found = known[host];
    if (found === "hangs") return await new Promise(() => {});
    if (found === undefined) throw new Error(`getaddrinfo ENOTFOUND ${host}`);
    return found.map((address) => ({ address, family: 4 }));
  }) as unknown as typeof lookup);
}

describe("resolveAddresses", () => {
  afterEach(() => vi.resetAllMocks());

  it("gives every address of every name, with its port", async () => {
    names({ a: ["10.0.0.1", "10.0.0.2"], b: ["::1"] });
    expect(await resolveAddresses([at("a"), at("b")])).toEqual(["10.0.0.1:2181", "10.0.0.2:2181", "::1:2181"]);
  });

  it("leaves out names that cannot be resolved while another can", async () => {
    names({ b: ["10.0.0.1"] });
    expect(await resolveAddresses([at("a"), at("b")])).toEqual(["10.0.0.1:2181"]);
  });

  it("does not wait for names whose look-up hangs while another can be resolved (N8)", async () => {
    names({ a: "hangs", b: ["10.0.0.1"] });
    expect(await resolveAddresses([at("a"), at("b")])).toEqual(["10.0.0.1:2181"]);
  });

  it("fails with the name service's own error when no name can be resolved", async () => {
    names({});
    await expect(resolveAddresses([at("a"), at("b")])).rejects.toThrow("ENOTFOUND a");
  });
});
