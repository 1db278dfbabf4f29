import type { ZooKeeper } from "@zookit/core";
import { Election, type Leader } from "@zookit/election";
import { type SimulatedEnsemble, simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, waitFor } from "./support/clients.js";

const PATH = "/election";

/** Notes what an observer is shown. */
function observe(zk: ZooKeeper, options: { readonly signal: AbortSignal }): (string | undefined)[] {
  const shown: (string | undefined)[] = [];
  const note = (leader: Leader | undefined) => shown.push(leader && `${leader.identifier}:${leader.data}`);
  const follow = async () => {
    for await (const leader of new Election(zk, PATH).observe(options)) note(leader);
  };
  follow().catch((error) => {
    if (error !== options.signal.reason) throw error;
  });
  return shown;
}

/** Counts the requests about the election that a client sends from here on. */
function noteRequests(ensemble: SimulatedEnsemble, zk: ZooKeeper): string[] {
  const noted: string[] = [];
  ensemble.planFaults(({ operation, path, session }) => {
    if (path.startsWith(PATH) && session === zk.session.id) noted.push(operation);
    return undefined;
  });
  return noted;
}

test("an observer sees each leader and what it proclaims, nobody before the first and after the last, also across sessions", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, watching] = [await openClient(ensemble), await openClient(ensemble)];
    const stop = new AbortController();
    const shown = observe(watching, { signal: stop.signal });
    const isShown = (last: string | undefined) =>
      waitFor(time, `${last} is shown`, () => shown.at(-1) === last && shown.length > 0);
    await isShown(undefined);
    const first = await new Election(zk, PATH, { identifier: "a" }).campaign();
    await isShown("a:");
    await first.proclaim("10.0.0.7");
    await isShown("a:10.0.0.7");
    await first.proclaim("");
    await isShown("a:");
    ensemble.expireSession(watching.session.id);
    await waitFor(time, "its next session", () => watching.session.epoch === 2 && watching.state === "connected");
    const campaigning = new Election(zk, PATH, { identifier: "b" }).campaign();
    await waitFor(time, "two contend", () => childrenOf(ensemble, PATH).length === 2);
    await first.resign();
    const second = await campaigning;
    await isShown("b:");
    ensemble.dropConnection(watching.session.id);
    await second.resign();
    await isShown(undefined);
    // Nothing twice, although everything was read anew in between.
    expect(shown).toEqual([undefined, "a:", "a:10.0.0.7", "a:", "b:", undefined]);
    stop.abort(new Error("enough"));
    await Promise.all([zk.close(), watching.close()]);
  });
});

test("contenders that come and go behind the leader cost an observer nothing, a proclamation one read", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, watching] = [await openClient(ensemble), await openClient(ensemble)];
    const leadership = await new Election(zk, PATH, { identifier: "a" }).campaign();
    const stop = new AbortController();
    const shown = observe(watching, { signal: stop.signal });
    await waitFor(time, "the leader is shown", () => shown.length === 1);
    const requests = noteRequests(ensemble, watching);
    for (let round = 0; round < 5; round++) {
      await new Election(zk, PATH).campaign({ timeoutMs: 20 }).catch(() => {});
    }
    expect(requests).toEqual([]);
    await leadership.proclaim("x");
    await waitFor(time, "the proclamation is shown", () => shown.length === 2);
    expect(requests).toEqual(["get"]);
    stop.abort(new Error("enough"));
    await leadership.resign();
    await Promise.all([zk.close(), watching.close()]);
  });
});

test("a leader that comes while the observer finds nobody is not missed (H32)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, watching] = [await openClient(ensemble), await openClient(ensemble)];
    await zk.ensurePath(PATH);
    const election = new Election(zk, PATH, { identifier: "a" });
    let campaigning: ReturnType<Election["campaign"]> | undefined;
    ensemble.planFaults(({ operation, session }) => {
      if (session === watching.session.id && operation === "children") campaigning ??= election.campaign();
      return undefined;
    });
    const stop = new AbortController();
    const shown = observe(watching, { signal: stop.signal });
    await waitFor(time, "the leader is shown", () => shown.at(-1) === "a:");
    stop.abort(new Error("enough"));
    await (await campaigning)?.resign();
    await Promise.all([zk.close(), watching.close()]);
  });
});

test("leader() and observers find the term that the leader has", async () => {
  await simulate(async (ensemble) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const election = new Election(zk, PATH, { identifier: "a" });
    expect(await election.leader()).toBeUndefined();
    // Deletions move the zxid that a lock would take for its token.
    const first = await new Election(other, PATH).campaign();
    const campaigning = election.campaign();
    await first.resign();
    const leadership = await campaigning;
    expect(await election.leader()).toMatchObject({
      identifier: "a",
      fencingToken: leadership.fencingToken,
      path: leadership.path,
    });
    await leadership.resign();
    expect(await election.leader()).toBeUndefined();
    await Promise.all([zk.close(), other.close()]);
  });
});
