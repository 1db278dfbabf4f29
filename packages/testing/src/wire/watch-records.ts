/** Watches and their events. @see ZooKeeper's `zookeeper.jute`, module `proto`, and its class `Watcher.Event` */
import { int, long, record, ustring, type ValueOf, vector } from "./jute.js";

/** A watch has fired: follows a `ReplyHeader` with the xid of events. */
export const WatcherEvent = record({
  /** One of `EVENT_TYPES`. */
  type: int,
  /** Always `SYNC_CONNECTED` on the wire, but from a server in read-only mode. */
  state: int,
  path: ustring,
});
export type WatcherEvent = ValueOf<typeof WatcherEvent>;

export const EVENT_TYPES = {
  nodeCreated: 1,
  nodeDeleted: 2,
  nodeDataChanged: 3,
  nodeChildrenChanged: 4,
} as const;

export const SYNC_CONNECTED = 3;

const paths = vector(ustring);

/** After a reconnect: the watches that the client had, and the last zxid that it saw. */
export const SetWatches = record({
  relativeZxid: long,
  dataWatches: paths,
  existWatches: paths,
  childWatches: paths,
});
export type SetWatches = ValueOf<typeof SetWatches>;

/** What clients since 3.6 send instead if they have persistent watches. */
export const SetWatches2 = record({
  relativeZxid: long,
  dataWatches: paths,
  existWatches: paths,
  childWatches: paths,
  persistentWatches: paths,
  persistentRecursiveWatches: paths,
});
export type SetWatches2 = ValueOf<typeof SetWatches2>;

export const AddWatchRequest = record({
  path: ustring,
  /** 0 persistent, 1 persistent and recursive. */
  mode: int,
});

/** For `checkWatches` and `removeWatches`. */
export const WatchesRequest = record({
  path: ustring,
  /** 1 children, 2 data, 3 any. */
  type: int,
});
