/** Creating and deleting znodes where one request is not enough. */
import type { Acl } from "./acl.js";
import type { Client } from "./client.js";
import { pause, type WaitOptions } from "./deadline.js";
import { BadVersionError, isLossError, NoAuthError, NodeExistsError, NoNodeError, NotEmptyError } from "./errors.js";
import type { LiveSession } from "./live-session.js";
import { join, parentOf } from "./path.js";
import { perform, type StepOptions, withOutcome } from "./perform.js";
import type { CreateMode } from "./znode.js";

export interface NewNode {
  readonly path: string;
  readonly data: Buffer;
  readonly mode: CreateMode;
  readonly acl: readonly Acl[] | undefined;
  readonly ttlMs?: number | undefined;
}

/** Creates a znode, after whatever is missing above it if `parents` asks for that. Returns its path. */
export async function createNode(
  client: Client,
  node: NewNode,
  parents: boolean,
  options: StepOptions,
): Promise<string> {
  const { path, data, mode, ttlMs, acl } = node;
  const atOnce = canCreateWithAcl(client) ? acl : undefined;
  const isSecondRequest = acl !== undefined && atOnce === undefined;
  let creator: LiveSession | undefined;
  let latest: Promise<string> | undefined;
  const ownerOf = () => (mode.startsWith("ephemeral") ? creator : undefined);
  const goOn = async () => {
    if (latest === undefined || !isSecondRequest) return;
    await setFirstAcl(client, client.settings.chroot.toServer(await latest), acl, {}, ownerOf());
  };
  const create = () =>
    perform(client, {
      what: `create ${path}`,
      path,
      effect: "write",
      options,
      run: (session) => {
        creator = session;
        latest = session.request("create", { path, data, mode, ttlMs, ...(atOnce && { acl: atOnce }) });
        return latest;
      },
    }).catch((error) => {
      afterAbort(options, latest, goOn);
      throw error;
    });
  let created: string;
  try {
    created = await create();
  } catch (error) {
    if (!parents || !(error instanceof NoNodeError)) throw error;
    await ensurePath(client, parentOf(path), "persistent", acl, options).catch((reason) => {
      throw withOutcome(reason, "not-applied");
    });
    created = await create();
  }
  if (isSecondRequest) await protect(client, created, acl, options, ownerOf());
  return created;
}

/**
 * Creates a znode and whatever is missing above it, with empty data. One round trip if nothing is missing above it.
 *
 * It goes from the leaf upwards, so that nothing is asked of ancestors that exist but may not be written to, and it goes
 * on above the chroot, which need not exist either (H85). Doing it twice is as good as once.
 */
export async function ensurePath(
  client: Client,
  path: string,
  mode: Extract<CreateMode, "persistent" | "container">,
  acl: readonly Acl[] | undefined,
  options: StepOptions,
): Promise<void> {
  await ensureAbsolute(client, client.settings.chroot.toServer(path), mode, acl, options);
}

async function ensureAbsolute(
  client: Client,
  path: string,
  mode: Extract<CreateMode, "persistent" | "container">,
  acl: readonly Acl[] | undefined,
  options: StepOptions,
): Promise<void> {
  if (path === "/") return;
  const atOnce = canCreateWithAcl(client) ? acl : undefined;
  let isPerhapsOurs = false;
  let latest: Promise<void> | undefined;
  const create = async (session: LiveSession) => {
    const request = { path, data: Buffer.alloc(0), mode, ...(atOnce && { acl: atOnce }) };
    await session.requestAbsolute("create", request).catch((error) => {
      isPerhapsOurs ||= isLossError(error) && error.outcome === "unknown";
      throw error;
    });
    isPerhapsOurs = true;
  };
  const protectIfOurs = async (bounds: WaitOptions | StepOptions) => {
    if (acl !== undefined && atOnce === undefined && isPerhapsOurs) await setFirstAcl(client, path, acl, bounds);
  };
  try {
    await perform(client, {
      what: `ensure ${path}`,
      path: client.settings.chroot.toClient(path),
      effect: "idempotent",
      options,
      run: (session) => {
        latest = create(session);
        return latest;
      },
    });
  } catch (error) {
    if (error instanceof NoNodeError) {
      await ensureAbsolute(client, parentOf(path), mode, acl, options);
      // A container may be reaped again between the two (H58).
      return await ensureAbsolute(client, path, mode, acl, options);
    }
    if (!(error instanceof NodeExistsError)) {
      afterAbort(options, latest, () => protectIfOurs({}));
      throw error;
    }
  }
  await protectIfOurs(options).catch((error) => {
    afterAbort(options, latest, () => protectIfOurs({}));
    // The znode is there all the same, if the ACL was refused open to everyone. It stays: others may rely on it by now.
    throw withOutcome(error, "unknown");
  });
}

/**
 * Goes on behind the caller's back after it has given up between a create and the ACL: nobody else would set that, since
 * whoever finds the znode takes it as it is.
 */
function afterAbort({ signal }: StepOptions, created: Promise<unknown> | undefined, goOn: () => Promise<void>): void {
  if (signal.aborted) created?.then(goOn, goOn).catch(() => {});
}

/** How many children a recursive deletion works on at a time: a flood of requests would starve the heartbeat (H27). */
const DELETE_BATCH = 50;

/** Deletes a znode with everything below it. Children that appear meanwhile are deleted too. */
export async function deleteTree(
  session: LiveSession,
  path: string,
  version: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { children } = await session.request("children", { path, watch: false });
    for (let from = 0; from < children.length; from += DELETE_BATCH) {
      const batch = children.slice(from, from + DELETE_BATCH);
      await Promise.all(batch.map((name) => deleteTree(session, join(path, name), -1, signal).catch(ignoreNoNode)));
    }
    try {
      return await session.request("delete", { path, version });
    } catch (error) {
      if (!(error instanceof NotEmptyError)) throw error;
    }
  }
}

function ignoreNoNode(error: unknown): void {
  if (!(error instanceof NoNodeError)) throw error;
}

function canCreateWithAcl(client: Client): boolean {
  return client.settings.transport.capabilities.has("create-with-acl");
}

/** How long a creation whose ACL cannot be set waits for the znode to be gone again, in milliseconds. */
const CLEAN_UP_LIMIT_MS = 250;

/**
 * Gives a znode its ACL after it was created with the open one. If that fails, the znode goes again, unless somebody has
 * written to it already; what cannot be done in short order is done behind the caller's back.
 *
 * @param owner the session of an ephemeral znode: in the next one, the znode of that name is another's.
 */
async function protect(
  client: Client,
  path: string,
  acl: readonly Acl[],
  options: StepOptions,
  owner: LiveSession | undefined,
): Promise<void> {
  try {
    await setFirstAcl(client, client.settings.chroot.toServer(path), acl, options, owner);
  } catch (error) {
    const run = async (session: LiveSession) => {
      if (isGoneWith(owner, session)) return;
      await session.request("delete", { path, version: 0 });
    };
    const deletion = perform(client, { what: `delete ${path}`, path, effect: "idempotent", options: {}, run });
    const isGone = deletion.then(
      () => true,
      (reason) => reason instanceof NoNodeError,
    );
    const isGoneInTime = await Promise.race([isGone, pause(CLEAN_UP_LIMIT_MS).then(() => false)]);
    throw withOutcome(error, isGoneInTime ? "not-applied" : "unknown");
  }
}

/**
 * Sets the ACL of a znode on which none has been set since its creation; leaves any other as it is: perhaps it is ours already
 * and the answer was lost, and ours need not let us set another. The open list, which it was created with, refuses nobody. One
 * that is gone again, with its session say, needs none: its creation has been applied all the same.
 */
async function setFirstAcl(
  client: Client,
  path: string,
  acl: readonly Acl[],
  options: WaitOptions | StepOptions,
  owner?: LiveSession,
): Promise<void> {
  const run = async (session: LiveSession) => {
    if (isGoneWith(owner, session)) return;
    await session.requestAbsolute("setAcl", { path, acl, version: 0 });
  };
  const named = client.settings.chroot.toClient(path);
  const what = `set the ACL of ${named}`;
  await perform(client, { what, path: named, effect: "idempotent", options, run }).catch((error) => {
    const isSet = error instanceof BadVersionError || error instanceof NoAuthError;
    if (!(isSet || error instanceof NoNodeError)) throw error;
  });
}

/** Whether a znode is gone because it was ephemeral, and its owner is not the present session any more. */
function isGoneWith(owner: LiveSession | undefined, present: LiveSession): boolean {
  return owner !== undefined && owner !== present;
}
