import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HarnessError } from "./harness-error.js";

/** What ends a snapshot: the Adler-32 of everything before it as a long, and the string "/". */
const sealLength = 8 + 4 + 1;
/** czxid, mzxid, ctime and mtime as longs and version as an int stand before cversion in a StatPersisted. */
const cversionOffset = 4 * 8 + 4;

/**
 * Sets how many children have ever been created below some znodes, which is the number that their next sequential child
 * gets. Nobody can create two thousand million of them in a test, so it is written into the newest snapshot of a server
 * that is stopped. The server must have been started with `digest.enabled=false`, and again since the znodes' last
 * change: a start saves a snapshot, and what the log says beyond it is applied on top.
 *
 * @param directory the `version-2` of the server's data directory
 * @see FileSnap, SnapStream, DataTree.serialize and StatPersisted of ZooKeeper
 */
export async function setCversion(directory: string, paths: readonly string[], cversion: number): Promise<void> {
  const file = join(directory, await newestSnapshot(directory));
  const snapshot = await readFile(file);
  const seal = snapshot.length - sealLength;
  // Also tells that there is nothing else behind the tree, as a digest would be, and that this is the format we know.
  if (seal < 0 || snapshot.readBigInt64BE(seal) !== adler32(snapshot.subarray(0, seal))) {
    throw new HarnessError(`${file} does not end with the checksum of what is before it`);
  }
  for (const path of paths) snapshot.writeInt32BE(cversion, statOf(snapshot, path) + cversionOffset);
  snapshot.writeBigInt64BE(adler32(snapshot.subarray(0, seal)), seal);
  await writeFile(file, snapshot);
}

async function newestSnapshot(directory: string): Promise<string> {
  const zxidOf = (name: string): bigint => BigInt(`0x${name.slice("snapshot.".length)}`);
  const names = (await readdir(directory)).filter((name) => /^snapshot\.[0-9a-f]+$/.test(name));
  const newest = names.sort((a, b) => (zxidOf(a) < zxidOf(b) ? -1 : 1)).at(-1);
  if (newest === undefined) throw new HarnessError(`there is no snapshot in ${directory}`);
  return newest;
}

/** Where the StatPersisted of a znode begins: behind its path, its data and the number of its ACL. */
function statOf(snapshot: Buffer, path: string): number {
  const length = Buffer.alloc(4);
  length.writeInt32BE(Buffer.byteLength(path));
  const key = Buffer.concat([length, Buffer.from(path)]);
  const at = snapshot.indexOf(key);
  if (at < 0 || at !== snapshot.lastIndexOf(key)) throw new HarnessError(`the snapshot does not show ${path} once`);
  const data = at + key.length;
  // A length of -1 stands for no data at all.
  return data + 4 + Math.max(0, snapshot.readInt32BE(data)) + 8;
}

function adler32(bytes: Uint8Array): bigint {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return (BigInt(b) << 16n) | BigInt(a);
}
