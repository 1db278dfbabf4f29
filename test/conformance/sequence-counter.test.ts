import { beforeEach, describe, expect, it } from "vitest";
import { CREATE_FLAGS, type MultiOperation } from "../../packages/testing/src/wire/index.js";
import { uniqueRoot } from "../harness/index.js";
import { setCversion } from "../harness/set-cversion.js";
import { everybody } from "./arbitrary-values.js";
import { type Pair, reasonToSkip, startPair } from "./conformance-server.js";
import { Stage } from "./stage.js";
import type { Request } from "./steps.js";

const LARGEST = 2 ** 31 - 1;
const { ephemeralSequential, persistent } = CREATE_FLAGS;

const body = (path: string, flags: number = ephemeralSequential) => ({ path, data: null, acl: everybody, flags });
const create = (path: string, flags?: number): Request => ({ op: "create2", body: body(path, flags) });
const createAll = (...paths: readonly string[]): Request => {
  return { op: "multi", body: paths.map((path): MultiOperation => ({ op: "create", body: body(path) })) };
};
const remove = (path: string): Request => ({ op: "delete", body: { path, version: -1 } });
const exists = (path: string): Request => ({ op: "exists", body: { path, watch: false } });
const children = (path: string): Request => ({ op: "getChildren2", body: { path, watch: false } });

/** Makes two roots with the counter set: the real server has to be stopped for that. */
async function prepare({ real, test }: Pair, counter: number): Promise<string> {
  const root = uniqueRoot("counter");
  const [server] = real.servers;
  for (const hosts of [real.hosts, test.hosts]) {
    const stage = await Stage.open(hosts);
    const client = await stage.session("set-up");
    await stage.ask(client, [create(root, persistent)]);
    await client.close();
  }
  await server?.restart();
  const directory = /^dataDir=(.+)$/m.exec((await server?.command("conf")) ?? "")?.[1];
  if (directory === undefined) throw new Error("the server does not say where its data is");
  await server?.stop();
  await setCversion(directory, [root], counter);
  await server?.start();
  await test.setCounters(root, { creations: counter });
  return root;
}

describe("a sequence counter at its end", () => {
  beforeEach(async (context) => {
    context.skip(process.env["ZOOKIT_TEST_BACKEND"] !== "local", "the counter is set in the server's files");
    const reason = await reasonToSkip();
    if (reason !== undefined) context.skip(reason);
  });

  it("gives what ZooKeeper gives: alone, within a multi, and after deletions", async () => {
    await using pair = await startPair({
      tickTimeMs: 500,
      minSessionTimeoutMs: 10_000,
      maxSessionTimeoutMs: 10_000,
      hasTtl: true,
    });
    const root = await prepare(pair, LARGEST - 3);
    const play = async (hosts: string) => {
      const stage = await Stage.open(hosts, root);
      const client = await stage.session("client");
      const lines = await stage.ask(client, [
        exists("~"),
        create("~/a-"),
        createAll("~/b-", "~/b-", "~/b-", "~/b-"),
        exists("~"),
        create("~/c-"),
        create("~/c-"),
        exists("~"),
        create("~/d-"),
        createAll("~/e-", "~/missing/", "~/e-"),
        createAll("~/e-", "~/f-", "~/e-"),
        remove(`~/c-${LARGEST}`),
        create("~/c-"),
        create("~/plain", persistent),
        children("~"),
      ]);
      await client.close();
      return lines;
    };
    const expected = await play(pair.real.hosts);
    expect(await play(pair.test.hosts)).toEqual(expected);
    // That something has happened at all.
    expect(expected.join("\n")).toContain("~/b--2147483648");
  });
});
