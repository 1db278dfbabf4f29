import { Code, type Read, type ReadResult, type WatchKind, type Write, type WriteResult } from "../model/index.js";
import {
  type Codec,
  encode,
  type Input,
  MultiRequest,
  MultiResponse,
  type OpName,
  ProtocolError,
  REQUESTS,
  RESPONSES,
  type RecordOpName,
  type RequestBody,
  type ResponseBody,
} from "../wire/index.js";
import { fromAcl, fromMultiResult, fromStat } from "./from-model.js";
import { toAcl, toCreate, toSingleWrite } from "./to-model.js";

/** The modes of watches that last. */
const PERSISTENT = 0;
const RECURSIVE = 1;

/** By the type that a request names: none, the children's, the data's, both. */
const WATCH_KINDS: readonly (readonly WatchKind[] | undefined)[] = [
  undefined,
  ["children"],
  ["data"],
  ["data", "children"],
];

/** What an operation needs of the server, on behalf of the connection that asks for it. */
export interface Asker {
  write(write: Write): WriteResult;
  read(read: Read, isWatched: boolean): ReadResult;
  setWatches(wanted: RequestBody<"setWatches"> & Partial<RequestBody<"setWatches2">>): void;
  addWatch(path: string, isRecursive: boolean): void;
  hasWatch(kinds: readonly WatchKind[], path: string): boolean;
  removeWatches(kinds: readonly WatchKind[], path: string): boolean;
  ephemerals(prefix: string): readonly string[];
  closeSession(): void;
}

/** A code, and the body of the reply if that is 0. */
interface Reply<Body> {
  readonly code: number;
  readonly body?: Body;
}

/** Reads a request's body, executes it, and writes the reply's body. @throws {ProtocolError} it is malformed */
type Operation = (asker: Asker, body: Input) => Reply<Buffer>;

/** What the server knows how to do, by name. */
export const OPERATIONS: ReadonlyMap<OpName, Operation> = new Map<OpName, Operation>([
  on("create", (asker, body) => {
    const { code, path } = asker.write(toCreate(body));
    return path === undefined ? { code } : { code, body: { path } };
  }),
  on("create2", (asker, body) => created(asker.write(toCreate(body)))),
  on("createContainer", (asker, body) => created(asker.write(toCreate(body)))),
  on("createTTL", (asker, body) => created(asker.write(toCreate(body)))),
  on("delete", (asker, { path, version }) => done(asker.write({ type: "delete", path, version }))),
  on("setData", (asker, { path, data, version }) => onlyStat(asker.write({ type: "set", path, data, version }))),
  on("setACL", (asker, { path, acl, version }) =>
    onlyStat(asker.write({ type: "setAcl", path, acl: toAcl(acl), version })),
  ),
  on("check", (asker, { path, version }) => done(asker.write({ type: "check", path, version }))),
  ["multi", multi],
  on("exists", (asker, { path, watch }) => onlyStat(asker.read({ type: "exists", path }, watch))),
  on("getData", (asker, { path, watch }) => {
    const { code, data, stat } = asker.read({ type: "get", path }, watch);
    return data === undefined || stat === undefined ? { code } : { code, body: { data, stat: fromStat(stat) } };
  }),
  on("getACL", (asker, { path }) => {
    const { code, acl, stat } = asker.read({ type: "getAcl", path }, false);
    const found = acl !== undefined && stat !== undefined;
    return found ? { code, body: { acl: fromAcl(acl), stat: fromStat(stat) } } : { code };
  }),
  on("getChildren", (asker, { path, watch }) => {
    const { code, children } = asker.read({ type: "children", path }, watch);
    return children === undefined ? { code } : { code, body: { children } };
  }),
  on("getChildren2", (asker, { path, watch }) => {
    const { code, children, stat } = asker.read({ type: "children", path }, watch);
    return children === undefined || stat === undefined ? { code } : { code, body: { children, stat: fromStat(stat) } };
  }),
  on("getAllChildrenNumber", (asker, { path }) => {
    const { code, count } = asker.read({ type: "countBelow", path }, false);
    return count === undefined ? { code } : { code, body: { totalNumber: count } };
  }),
  on("getEphemerals", (asker, { prefixPath }) => ok({ ephemerals: asker.ephemerals(prefixPath) })),
  // There is one server only, and it is never behind.
  on("sync", (_, { path }) => ok({ path })),
  on("ping", () => ok({})),
  on("setWatches", (asker, body) => {
    asker.setWatches(body);
    return ok({});
  }),
  on("setWatches2", (asker, body) => {
    asker.setWatches(body);
    return ok({});
  }),
  on("addWatch", (asker, { path, mode }) => {
    if (mode !== PERSISTENT && mode !== RECURSIVE) throw new ProtocolError(`a watch of mode ${mode}`);
    asker.addWatch(path, mode === RECURSIVE);
    return ok({ err: Code.ok });
  }),
  on("checkWatches", (asker, { path, type }) => found(asker.hasWatch(watchKinds(type), path))),
  on("removeWatches", (asker, { path, type }) => found(asker.removeWatches(watchKinds(type), path))),
  on("closeSession", (asker) => {
    asker.closeSession();
    return ok({});
  }),
]);

/** Ties the codecs of an operation to what it does. */
function on<Op extends RecordOpName>(
  op: Op,
  run: (asker: Asker, body: RequestBody<Op>) => Reply<ResponseBody<Op>>,
): readonly [Op, Operation] {
  // The table of codecs is indexed by the same name as the types are; the compiler does not follow that.
  const request = REQUESTS[op] as unknown as Codec<RequestBody<Op>>;
  const response = RESPONSES[op] as unknown as Codec<ResponseBody<Op>>;
  return [
    op,
    (asker, input) => {
      const { code, body } = run(asker, request.read(input));
      return code === Code.ok && body !== undefined ? { code, body: encode(response, body) } : { code };
    },
  ];
}

/** The reply's own code is 0 even if the operations were refused: each of its results has one. */
function multi(asker: Asker, input: Input): Reply<Buffer> {
  const operations = MultiRequest.read(input);
  const { code, results } = asker.write({ type: "multi", operations: operations.map(toSingleWrite) });
  if (results === undefined) return { code };
  const failed = results.some((result) => result.code !== Code.ok);
  const answers = operations.map((operation, index) => {
    const result = results[index];
    if (result === undefined) throw new RangeError("a multi with fewer results than operations");
    return fromMultiResult(operation, result, failed);
  });
  return { code, body: encode(MultiResponse, answers) };
}

/** @throws {ProtocolError} it is no type of watches */
function watchKinds(type: number): readonly WatchKind[] {
  const kinds = WATCH_KINDS[type];
  if (kinds === undefined) throw new ProtocolError(`watches of type ${type}`);
  return kinds;
}

function found(isThere: boolean): Reply<ResponseBody<"removeWatches">> {
  return isThere ? ok({}) : { code: Code.noWatcher };
}

function ok<Body>(body: Body): Reply<Body> {
  return { code: Code.ok, body };
}

function done({ code }: WriteResult): Reply<ResponseBody<"delete">> {
  return { code, body: {} };
}

function onlyStat({ code, stat }: WriteResult | ReadResult): Reply<ResponseBody<"exists">> {
  return stat === undefined ? { code } : { code, body: { stat: fromStat(stat) } };
}

function created({ code, path, stat }: WriteResult): Reply<ResponseBody<"create2">> {
  return path === undefined || stat === undefined ? { code } : { code, body: { path, stat: fromStat(stat) } };
}
