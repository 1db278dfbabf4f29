/** The bodies of requests and replies, by operation. @see ZooKeeper's `zookeeper.jute`, module `proto` */
import { bool, buffer, type Codec, int, long, nullableUstring, record, ustring, type ValueOf, vector } from "./jute.js";
import type { OpName } from "./op-code.js";
import { AddWatchRequest, SetWatches, SetWatches2, WatchesRequest } from "./watch-records.js";
import { AclList, Stat } from "./znode-records.js";

/** No body. */
const Nothing = record<Record<string, never>>({});
const PathRequest = record({ path: ustring });
const WatchRequest = record({ path: ustring, watch: bool });
const PathVersionRequest = record({ path: ustring, version: int });
const StatResponse = record({ stat: Stat });
const DataResponse = record({ data: buffer, stat: Stat });
const CreateRequest = record({ path: ustring, data: buffer, acl: AclList, flags: int });
const Create2Response = record({ path: ustring, stat: Stat });

/** Requests with bodies of their own. `ping` and `closeSession` have none; `multi` is in its own file. */
export const REQUESTS = {
  create: CreateRequest,
  create2: CreateRequest,
  createContainer: CreateRequest,
  createTTL: record({ path: ustring, data: buffer, acl: AclList, flags: int, ttl: long }),
  delete: PathVersionRequest,
  exists: WatchRequest,
  getData: WatchRequest,
  setData: record({ path: ustring, data: buffer, version: int }),
  getACL: PathRequest,
  setACL: record({ path: ustring, acl: AclList, version: int }),
  getChildren: WatchRequest,
  getChildren2: WatchRequest,
  getEphemerals: record({ prefixPath: ustring }),
  getAllChildrenNumber: PathRequest,
  check: PathVersionRequest,
  sync: PathRequest,
  ping: Nothing,
  closeSession: Nothing,
  auth: record({ type: int, scheme: ustring, auth: buffer }),
  sasl: record({ token: buffer }),
  setWatches: SetWatches,
  setWatches2: SetWatches2,
  addWatch: AddWatchRequest,
  checkWatches: WatchesRequest,
  removeWatches: WatchesRequest,
  reconfig: record({
    joiningServers: nullableUstring,
    leavingServers: nullableUstring,
    newMembers: nullableUstring,
    curConfigId: long,
  }),
} as const satisfies Partial<Record<OpName, Codec<unknown>>>;

/** An operation whose request and reply are single records. */
export type RecordOpName = keyof typeof REQUESTS;

/** Bodies of replies whose header has `err` 0. An error reply is its header alone. */
export const RESPONSES = {
  create: PathRequest,
  create2: Create2Response,
  createContainer: Create2Response,
  createTTL: Create2Response,
  delete: Nothing,
  exists: StatResponse,
  getData: DataResponse,
  setData: StatResponse,
  getACL: record({ acl: AclList, stat: Stat }),
  setACL: StatResponse,
  getChildren: record({ children: vector(ustring) }),
  getChildren2: record({ children: vector(ustring), stat: Stat }),
  getEphemerals: record({ ephemerals: vector(ustring) }),
  getAllChildrenNumber: record({ totalNumber: int }),
  check: Nothing,
  sync: PathRequest,
  ping: Nothing,
  closeSession: Nothing,
  auth: Nothing,
  sasl: record({ token: buffer }),
  setWatches: Nothing,
  setWatches2: Nothing,
  addWatch: record({ err: int }),
  checkWatches: Nothing,
  removeWatches: Nothing,
  reconfig: DataResponse,
} as const satisfies Record<RecordOpName, Codec<unknown>>;

export type RequestBody<Op extends RecordOpName> = ValueOf<(typeof REQUESTS)[Op]>;
export type ResponseBody<Op extends RecordOpName> = ValueOf<(typeof RESPONSES)[Op]>;
