/** Acquisitions that fail in the middle: the lock object keeps nothing of them. */
import { connect, digestAcl, NoAuthError, Permission, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/index.js";

const OWNER = digestAcl("owner", "secret");
const others = (permissions: number) => [OWNER, { scheme: "world", id: "anyone", permissions }];

describe("a lock object whose acquisitions have failed", () => {
  let owner: ZooKeeper;
  let zk: ZooKeeper;

  beforeAll(async () => {
    owner = await connect(sharedHosts(), { auth: { scheme: "digest", credentials: "owner:secret" } });
    zk = await connect(sharedHosts());
  });
  afterAll(() => Promise.all([owner?.close(), zk?.close()]));

  it("acquires as if nothing had been, whichever step it was that was refused, aborted or timed out (H49)", async () => {
    const path = await owner.create(uniqueRoot(), "", { acl: others(Permission.all) });
    const lock = new Lock(zk, path);
    const failures: Readonly<Record<string, () => Promise<unknown>>> = {
      "the create is refused": async () => {
        await owner.setAcl(path, others(Permission.all & ~Permission.create));
        await expect(lock.acquire()).rejects.toBeInstanceOf(NoAuthError);
      },
      "the listing is refused": async () => {
        await owner.setAcl(path, others(Permission.all & ~Permission.read));
        await expect(lock.acquire()).rejects.toBeInstanceOf(NoAuthError);
      },
      "aborted at once": async () => {
        const controller = new AbortController();
        const acquiring = lock.acquire({ signal: controller.signal });
        controller.abort(new Error("given up"));
        await expect(acquiring).rejects.toThrow("given up");
      },
      "timed out while it waits": async () => {
        await using _ = await new Lock(owner, path).acquire();
        await expect(lock.acquire({ timeoutMs: 50 })).rejects.toMatchObject({ code: "timeout" });
        expect(await lock.tryAcquire()).toBeUndefined();
      },
      "the block throws": async () => {
        const block = () => Promise.reject(new Error("from the block"));
        await expect(lock.withLock(block)).rejects.toThrow("from the block");
      },
    };
    for (const [failure, fail] of Object.entries(failures)) {
      await fail();
      await owner.setAcl(path, others(Permission.all));
      const handle = await lock.acquire({ timeoutMs: 5_000 });
      expect(handle.isHeld(), failure).toBe(true);
      expect((await owner.children(path)).children, failure).toHaveLength(1);
      await handle.release();
      expect((await owner.children(path)).children, failure).toEqual([]);
    }
    await owner.delete(path);
  });
});
