/** What clients send, in the model's terms. */
import type { Acl } from "@zookit/core";
import type { Create, SingleWrite } from "../model/index.js";
import { type ACL, type MultiOperation, ProtocolError, type RequestBody } from "../wire/index.js";

type CreateOp = "create" | "create2" | "createContainer" | "createTTL";

/** By the flags of the request, which are numbers. */
const MODES: readonly { readonly mode: Create["mode"]; readonly isTtl: boolean }[] = [
  { mode: "persistent", isTtl: false },
  { mode: "ephemeral", isTtl: false },
  { mode: "persistent-sequential", isTtl: false },
  { mode: "ephemeral-sequential", isTtl: false },
  { mode: "container", isTtl: false },
  { mode: "persistent", isTtl: true },
  { mode: "persistent-sequential", isTtl: true },
];

/** What a request without a time to live has in its place. */
const NO_TTL = -1n;

/**
 * Stands for what the model has no words for, and has it refused as ZooKeeper refuses that, with `BadArguments`: the
 * empty path is none.
 */
const BAD_ARGUMENTS: SingleWrite = { type: "check", path: "", version: -1 };

/**
 * The creation that is asked for. Flags that stand for no mode are refused, and a time to live with a mode that takes
 * none. Which of the four operations it came with makes no difference to ZooKeeper otherwise.
 */
export function toCreate(body: RequestBody<CreateOp>): SingleWrite {
  const { path, data, flags } = body;
  const asked = MODES[flags];
  const ttl = "ttl" in body ? body.ttl : NO_TTL;
  if (asked === undefined || (!asked.isTtl && ttl >= 0n)) return BAD_ARGUMENTS;
  const acl = toAcl(body.acl);
  return { type: "create", path, data, acl, mode: asked.mode, ttlMs: asked.isTtl ? Number(ttl) : undefined };
}

export function toAcl(acl: readonly ACL[]): readonly Acl[] {
  return acl.map(({ perms, id: { scheme, id } }) => ({ scheme, id, permissions: perms }));
}

/** One write of a multi. @throws {ProtocolError} a read, which ZooKeeper does not take among writes */
export function toSingleWrite({ op, body }: MultiOperation): SingleWrite {
  switch (op) {
    case "delete":
    case "check":
      return { type: op, path: body.path, version: body.version };
    case "setData":
      return { type: "set", path: body.path, data: body.data, version: body.version };
    case "getChildren":
    case "getData":
      throw new ProtocolError(`${op} within a multi`);
    default:
      return toCreate(body);
  }
}
