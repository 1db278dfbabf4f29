/** What a server has sent, in words that do not depend on which server it was: only what they may differ in is left out. */
import {
  decode,
  MultiResponse,
  RESPONSES,
  type Stat,
  type ValueOf,
  WatcherEvent,
} from "../../packages/testing/src/wire/index.js";
import type { Received } from "./connection.js";
import type { Request } from "./steps.js";

type MultiResult = ValueOf<typeof MultiResponse>[number];

const EVENT_NAMES = ["?", "created", "deleted", "changed", "child"];

/** What is known of one server while a sequence is played on it. */
export interface Context {
  /** The root of the sequence. */
  readonly root: string;
  /** zxid of the root's creation. */
  readonly base: bigint;
  /** The Stat of `/` at the beginning: it counts the roots of all sequences. */
  readonly top: Stat;
  /** Sessions by name. */
  readonly sessions: ReadonlyMap<bigint, string>;
  /** When each transaction happened, as far as Stats have told. */
  readonly times: Map<bigint, bigint>;
}

/** One line of a transcript; nothing for what the end of a session has done to the znodes of an older sequence. */
export function lineOf({ request, header, body }: Received, context: Context): string | undefined {
  if (request === undefined) {
    const event = decode(WatcherEvent, body);
    if (!isBelow(event.path, context.root) && !isShared(event.path)) return undefined;
    const name = EVENT_NAMES[event.type] ?? event.type;
    return `event ${name} ${stripRoot(event.path, context)} state ${event.state} zxid ${header.zxid} err ${header.err}`;
  }
  const outcome = header.err === 0 ? describeBody(request, body, context) : "";
  const rest = header.err === 0 || body.length === 0 ? outcome : `with a body of ${body.length} bytes`;
  return `${request.op} → ${header.err} at ${zxidOf(header.zxid, context)} ${rest}`;
}

function describeBody(request: Request, body: Buffer, context: Context): string {
  if (request.op === "multi") {
    const results = decode(MultiResponse, body);
    return results.map((result) => describeResult(result, context)).join("; ");
  }
  const isTop = "path" in request.body && (request.body.path === "/" || request.body.path === "");
  return describeFields(decode<unknown>(RESPONSES[request.op], body) as object, context, isTop);
}

function describeResult(result: MultiResult, context: Context): string {
  if (result.op === "error") return `error ${result.err}`;
  return `${result.op} ${describeFields(result.body, context, false)}`;
}

function describeFields(fields: object, context: Context, isTop: boolean): string {
  const texts = Object.entries(fields).map(([name, value]) => `${name} ${describeField(name, value, context, isTop)}`);
  return texts.join(" ");
}

function describeField(name: string, value: unknown, context: Context, isTop: boolean): string {
  switch (name) {
    case "stat":
      return describeStat(value as Stat, context, isTop);
    case "path":
      return stripRoot(value as string, context);
    case "data":
      return value === null ? "null" : `0x${(value as Buffer).toString("hex")}`;
    case "children":
      return setOf((value as string[]).filter((child) => !isTop || child === context.root.slice(1)));
    case "ephemerals":
      // The same session has played other sequences before.
      return setOf((value as string[]).filter((path) => isBelow(path, context.root)).map((p) => stripRoot(p, context)));
    case "acl":
      // What `auth` becomes is in the order of a hash table.
      return setOf((value as object[]).map((entry) => JSON.stringify(entry)));
    default:
      return String(value);
  }
}

function describeStat(stat: Stat, context: Context, isTop: boolean): string {
  const { czxid, mzxid, pzxid, ctime, mtime, ephemeralOwner, version, aversion, dataLength } = stat;
  const { top } = context;
  const cversion = isTop ? `+${stat.cversion - top.cversion}` : stat.cversion;
  const numChildren = isTop ? `+${stat.numChildren - top.numChildren}` : stat.numChildren;
  const zxids = [czxid, mzxid, pzxid].map((zxid) => zxidOf(zxid, context)).join(" ");
  const isTimeRight = isTimeOf(czxid, ctime, context) && isTimeOf(mzxid, mtime, context) && mtime >= ctime;
  const owner = context.sessions.get(ephemeralOwner) ?? `0x${BigInt.asUintN(64, ephemeralOwner).toString(16)}`;
  const counts = `v${version} c${cversion} a${aversion} ${dataLength} bytes ${numChildren} children`;
  return `[${zxids} ${counts} owner ${owner}${isTimeRight ? "" : ` but ctime ${ctime} mtime ${mtime}`}]`;
}

/** All that a transaction did has happened at one time. */
function isTimeOf(zxid: bigint, time: bigint, { times }: Context): boolean {
  const known = times.get(zxid);
  times.set(zxid, time);
  return known === undefined || known === time;
}

/** Relative to the beginning of the sequence. */
function zxidOf(zxid: bigint, { base }: Context): string {
  return zxid >= base ? `+${zxid - base}` : zxid <= 0n ? String(zxid) : "before";
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

/** Whether a path is of what all sequences share. */
export function isShared(path: string): boolean {
  return path === "" || path === "/" || isBelow(path, "/zookeeper");
}

function stripRoot(path: string, { root }: Context): string {
  return isBelow(path, root) ? `~${path.slice(root.length)}` : JSON.stringify(path);
}

function setOf(texts: readonly string[]): string {
  return `{${[...texts].sort().join(", ")}}`;
}
