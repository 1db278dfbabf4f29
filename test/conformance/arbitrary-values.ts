/** What requests are made of: mostly values that mean something to the server, some that it has to refuse. */
import fc from "fast-check";
import { authenticate } from "../../packages/testing/src/model/index.js";
import type { ACL } from "../../packages/testing/src/wire/index.js";

export const ALICE = "alice:secret";
export const BOB = "bob:secret";

/** Below the root of the sequence, so few that operations meet; those with numbers are what sequential names become. */
const usualPath = fc.constantFrom("~/a", "~/a", "~/a", "~/b", "~/b", "~/a/b", "~/a/b", "~/a/c", "~/b/a");
const unusualPath = fc.constantFrom(
  ...["~", "~/a/b/c", "~/a/n-0000000000", "~/a/n-0000000001", "~/n-0000000001", "~/b/0000000000", "~/ab"],
  ...["~/..a", "~/a/...", "~/é/中", "~/é"],
);

const badPath = fc.constantFrom(
  ...["", "no-slash", "no/slash", "//", "//a", "~/", "~/a/", "~//a", "~/a//b", "~/.", "~/..", "~/a/.", "~/a/../b"],
  ...["~/a/./b", "~/\0", "~/a\0b/c", "~/\u0001", "~/\u001f", "~/\u007f", "~/a\u009f", "~/\ud83d\ude00", "~/\uf8ff"],
  ...["~/\ufff0", "~/\uffff", "~/missing/.."],
);

/** What all sequences share may be looked at, and is left as it is. */
const systemPath = fc.constantFrom("/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota");

export const path = fc.oneof(
  { weight: 20, arbitrary: usualPath },
  { weight: 6, arbitrary: unusualPath },
  { weight: 1, arbitrary: badPath },
);
/** Where persistent watches are set, and where recursive ones. */
export const persistentPath = fc.constantFrom("~/a", "~/a/b", "~/b/a", "~/b/a/c");
export const recursivePath = fc.constantFrom("~", "~/b", "~/a/c");
export const readPath = fc.oneof({ weight: 20, arbitrary: path }, { weight: 1, arbitrary: systemPath });

/** ZooKeeper writes such characters in six bytes that are no UTF-8; no znode has them, but some replies repeat a path. */
export const isEchoed = (at: string) => !/[\ud800-\udfff]/.test(at);

/** Prefixes of sequential names; the empty one leaves the number alone. */
export const sequentialPath = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("~/n-", "~/a/n-", "~/a/n-", "~/b/", "~/a/b/n-", "~/") },
  { weight: 1, arbitrary: badPath.filter((bad) => bad.startsWith("~") || !bad.startsWith("/")) },
);

export const version = fc.oneof(
  { weight: 4, arbitrary: fc.constant(-1) },
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 2) },
  { weight: 1, arbitrary: fc.constantFrom(-2, 7, 0x7fff_ffff, -0x8000_0000) },
);

export const data = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constant(null) },
);

function digestId(credentials: string): string {
  return authenticate("digest", Buffer.from(credentials))?.id ?? "";
}

const permissions = fc.oneof(
  { weight: 3, arbitrary: fc.constant(31) },
  { weight: 3, arbitrary: fc.nat(31) },
  { weight: 1, arbitrary: fc.constantFrom(32, 63, -1) },
);

const goodWho = fc.constantFrom(
  { scheme: "world", id: "anyone" },
  { scheme: "digest", id: digestId(ALICE) },
  { scheme: "digest", id: digestId(BOB) },
  { scheme: "auth", id: "" },
  { scheme: "ip", id: "127.0.0.1" },
  { scheme: "ip", id: "127.0.0.0/8" },
  { scheme: "ip", id: "10.1.2.3" },
);

const oddWho = fc.constantFrom(
  ...["", "everyone"].map((id) => ({ scheme: "world", id })),
  ...["alice", "alice:", ":hash", "a:b:c", "a::", "", ":"].map((id) => ({ scheme: "digest", id })),
  ...["::1", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "0.0.0.0/0", "+127.00.0.1/9", "127.0.0.1/31/1"].map((id) => {
    return { scheme: "ip", id };
  }),
  ...["", "sasl", "super", "x509", "Digest"].map((scheme) => ({ scheme, id: "anyone" })),
);

function aclOf(who: fc.Arbitrary<{ scheme: string; id: string }>): fc.Arbitrary<readonly ACL[]> {
  return fc.array(fc.record({ perms: permissions, id: who }), { minLength: 1, maxLength: 3, size: "max" });
}

export const everybody: readonly ACL[] = [{ perms: 31, id: { scheme: "world", id: "anyone" } }];

export const acl = fc.oneof(
  { weight: 24, arbitrary: fc.constant(everybody) },
  { weight: 7, arbitrary: aclOf(goodWho) },
  { weight: 1, arbitrary: aclOf(fc.oneof(goodWho, oddWho)) },
  { weight: 1, arbitrary: fc.constantFrom<readonly ACL[]>([]) },
);
