import fc from "fast-check";
import { CREATE_FLAGS, type MultiOperation } from "../../packages/testing/src/wire/index.js";
import {
  acl,
  data,
  everybody,
  isEchoed,
  path,
  persistentPath,
  readPath,
  recursivePath,
  sequentialPath,
  version,
} from "./arbitrary-values.js";
import type { Request } from "./steps.js";

const { persistent, ephemeral, container, persistentWithTtl: ttlFlag } = CREATE_FLAGS;
const { persistentSequential, ephemeralSequential, persistentSequentialWithTtl: sequentialTtlFlag } = CREATE_FLAGS;
/** No znode outlives its time within a sequence. */
const ttl = fc.constantFrom(...Array(4).fill(3_600_000n), 2n ** 40n - 1n, 2n ** 40n, 0n, -1n, -(2n ** 63n));

const plainCreate = fc.record({ path, data, acl, flags: fc.constantFrom(persistent, persistent, ephemeral) });
const sequentialFlags = fc.constantFrom(persistentSequential, ephemeralSequential);
const sequentialCreate = fc.record({ path: sequentialPath, data, acl, flags: sequentialFlags });
const containerCreate = fc.record({ path, data, acl, flags: fc.constant(container) });
const ttlCreate = fc.oneof(
  fc.record({ path, data, acl, flags: fc.constant(ttlFlag), ttl }),
  fc.record({ path: sequentialPath, data, acl, flags: fc.constant(sequentialTtlFlag), ttl }),
);

const createOp = fc.constantFrom<"create" | "create2">("create", "create2");

/** Flags that mean nothing, or something else with these operations; within a multi ZooKeeper takes them otherwise. */
const oddCreate = fc.oneof(
  fc.record({ op: createOp, body: fc.record({ path, data, acl, flags: fc.constantFrom(5, 6, 7, -1, 0x7fff_ffff) }) }),
  fc.record({
    op: fc.constant("createTTL"),
    body: fc.record({ path, data, acl, flags: fc.constantFrom(0, 1, 4, 7), ttl: fc.constantFrom(0n, 1_000n) }),
  }),
);

/** What all sequences share cannot be changed, or is there already. */
const systemWrite = fc.oneof(
  fc.record({
    op: createOp,
    body: fc.record({ path: fc.constantFrom("/", "/zookeeper"), data, acl, flags: fc.constant(persistent) }),
  }),
  fc.record({ op: fc.constant("setData"), body: fc.record({ path: fc.constant("/zookeeper/config"), data, version }) }),
  fc.record({ op: fc.constant("setACL"), body: fc.record({ path: fc.constant("/zookeeper/config"), acl, version }) }),
);

/** The operations that can stand alone and within a multi. */
const single: fc.Arbitrary<MultiOperation & Request> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ op: createOp, body: plainCreate }) },
  { weight: 5, arbitrary: fc.record({ op: createOp, body: sequentialCreate }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("createContainer"), body: containerCreate }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("createTTL"), body: ttlCreate }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant("delete"), body: fc.record({ path: readPath, version }) }) },
  { weight: 7, arbitrary: fc.record({ op: fc.constant("setData"), body: fc.record({ path, data, version }) }) },
) as fc.Arbitrary<MultiOperation & Request>;

const check = fc.record({ op: fc.constant("check"), body: fc.record({ path: readPath, version }) });

/** A multi that succeeds needs operations that do: some are made of such, one after the other. */
const likelyMulti = fc.constantFrom<readonly MultiOperation[]>(
  [operation("create", "~/m"), operation("create", "~/m/a"), operation("setData", "~/m"), operation("delete", "~/m/a")],
  [operation("check", "~"), operation("create", "~/a"), operation("setData", "~/a"), operation("check", "~/a")],
  [operation("delete", "~/a"), operation("create", "~/a")],
);

function operation(op: "create" | "delete" | "setData" | "check", at: string): MultiOperation {
  if (op === "create") {
    return {
      op,
      body: { path: at, data: null, acl: everybody, flags: persistent },
    };
  }
  return op === "setData"
    ? { op, body: { path: at, data: null, version: -1 } }
    : { op, body: { path: at, version: -1 } };
}

const multi = fc
  .tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.constant<readonly MultiOperation[]>([]) },
      { weight: 1, arbitrary: likelyMulti },
    ),
    fc.array(fc.oneof({ weight: 6, arbitrary: single }, { weight: 1, arbitrary: check }), {
      maxLength: 5,
      size: "max",
    }),
  )
  .map(([likely, random]): Request => ({ op: "multi", body: [...likely, ...(random as MultiOperation[])] }));

/** Reads with or without one-shot watches. */
function readWith(watch: fc.Arbitrary<boolean>): fc.Arbitrary<Request> {
  const body = fc.record({ path: readPath, watch });
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ op: fc.constant("exists"), body }) },
    { weight: 4, arbitrary: fc.record({ op: fc.constant("getData"), body }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant("getChildren"), body }) },
    { weight: 4, arbitrary: fc.record({ op: fc.constant("getChildren2"), body }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant("getACL"), body: fc.record({ path: readPath }) }) },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constant("sync"), body: fc.record({ path: readPath.filter(isEchoed) }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        op: fc.constant("getEphemerals"),
        body: fc.record({ prefixPath: fc.oneof(path, fc.constantFrom("~/a", "~/n", "/", " ")) }),
      }),
    },
  ) as fc.Arbitrary<Request>;
}

const ANY_KIND = 3;

/** With ZooKeeper 3.8 the later of two kinds of watches on one path replaces the earlier: each path has one kind here. */
const persistentWatch = fc.oneof(
  { weight: 4, arbitrary: fc.record({ path: persistentPath, mode: fc.constant(0) }) },
  { weight: 4, arbitrary: fc.record({ path: recursivePath, mode: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ path, mode: fc.constantFrom(-1, 2) }) },
);
const kinds = fc.oneof(
  { weight: 4, arbitrary: fc.record({ path: persistentPath, type: fc.constantFrom(1, 2, ANY_KIND) }) },
  { weight: 4, arbitrary: fc.record({ path: recursivePath, type: fc.constant(ANY_KIND) }) },
  { weight: 1, arbitrary: fc.record({ path, type: fc.constantFrom(0, 4) }) },
);
const watching = fc.oneof(
  { weight: 2, arbitrary: fc.record({ op: fc.constant("addWatch"), body: persistentWatch }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("removeWatches"), body: kinds }) },
) as fc.Arbitrary<Request>;

const setAcl = fc.record({ op: fc.constant("setACL"), body: fc.record({ path, acl, version }) });
/** The real server looks at every znode that it has for this one. */
const count = fc.record({ op: fc.constant("getAllChildrenNumber"), body: fc.record({ path }) });

function requestWith(reads: fc.Arbitrary<Request>): fc.Arbitrary<Request> {
  return fc.oneof(
    { weight: 120, arbitrary: single },
    { weight: 80, arbitrary: reads },
    { weight: 32, arbitrary: multi },
    { weight: 12, arbitrary: setAcl },
    { weight: 3, arbitrary: oddCreate },
    { weight: 3, arbitrary: systemWrite },
    { weight: 1, arbitrary: count },
  ) as fc.Arbitrary<Request>;
}

/** Of a client that uses one-shot watches. */
export const ordinaryRequest = requestWith(readWith(fc.boolean()));

/** Of a client that uses persistent watches instead, since 3.8 cannot tell the two apart where they meet. */
export const watchingRequest = requestWith(fc.oneof(readWith(fc.constant(false)), watching));

/** The creation of a certain znode. */
export function creationOf(at: string): fc.Arbitrary<Request> {
  const flags = fc.constantFrom(persistent, persistent, persistent, ephemeral);
  return fc.record({ op: createOp, body: fc.record({ path: fc.constant(at), data, acl, flags }) });
}
