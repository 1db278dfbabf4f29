import { hostname } from "node:os";
import { InvalidArgumentError, type ZooKeeper } from "@zookit/core";
import {
  type Client,
  checkOptions,
  checkPath,
  clientOf,
  isReleaseRequest,
  LOCK_DIALECTS,
  type LockDialect,
  toBuffer,
} from "@zookit/core/recipe";

export interface LockOptions {
  /**
   * Who the contender says it is, for humans and for `contenders()`: stored in its znode as UTF-8. It need not be unique.
   * @default "<host name>-<process id>"
   */
  readonly identifier?: string | undefined;
  /** Whose naming of znodes is written. @default "curator" */
  readonly dialect?: LockDialect | undefined;
}

/** What a lock is made of, once the arguments have been looked at. */
export interface LockSettings {
  readonly client: Client;
  readonly path: string;
  readonly identifier: string;
  /** The identifier, as it is stored. */
  readonly data: Buffer;
  readonly dialect: LockDialect;
}

/** @throws {InvalidArgumentError} */
export function lockSettings(zk: ZooKeeper, path: string, options: LockOptions | undefined): LockSettings {
  const given = checkOptions<LockOptions>(options, ["identifier", "dialect"]);
  const { identifier = `${hostname()}-${process.pid}`, dialect = "curator" } = given;
  const client = clientOf(zk);
  checkPath(path);
  if (path === "/") throw new InvalidArgumentError("the root cannot be a lock", { path });
  if (typeof identifier !== "string") throw new InvalidArgumentError("identifier must be a string", { path });
  if (!LOCK_DIALECTS.includes(dialect)) {
    throw new InvalidArgumentError(`dialect must be one of ${LOCK_DIALECTS.join(", ")}`, { path });
  }
  const data = toBuffer(identifier, path);
  if (isReleaseRequest(data)) {
    throw new InvalidArgumentError(`the identifier ${identifier} would be read as a request to release`, { path });
  }
  return { client, path, identifier, data, dialect };
}
