/** What znodes are made of. @see ZooKeeper's `zookeeper.jute`, module `data` */
import { int, long, record, ustring, type ValueOf, vector } from "./jute.js";

/** Who: an authentication scheme, and an id in it. */
const Id = record({ scheme: ustring, id: ustring });

/** Who may do what: permission bits read 1, write 2, create 4, delete 8, admin 16. */
export const ACL = record({ perms: int, id: Id });
export type ACL = ValueOf<typeof ACL>;

export const AclList = vector(ACL);

/** A znode's metadata. */
export const Stat = record({
  czxid: long,
  mzxid: long,
  /** In milliseconds since 1970. */
  ctime: long,
  /** In milliseconds since 1970. */
  mtime: long,
  version: int,
  cversion: int,
  aversion: int,
  /** The owning session, 0 for none; containers and TTL znodes have marks of their own here. */
  ephemeralOwner: long,
  dataLength: int,
  numChildren: int,
  pzxid: long,
});
export type Stat = ValueOf<typeof Stat>;

/** The flags of a create, which are numbers of modes rather than bits. @see ZooKeeper's class `CreateMode` */
export const CREATE_FLAGS = {
  persistent: 0,
  ephemeral: 1,
  persistentSequential: 2,
  ephemeralSequential: 3,
  container: 4,
  persistentWithTtl: 5,
  persistentSequentialWithTtl: 6,
} as const;
