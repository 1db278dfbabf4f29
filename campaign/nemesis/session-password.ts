const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;
const MASK = (1n << 48n) - 1n;
const SALT = 0xb3415c00n;
const LENGTH = 16;

/**
 * The password of a session, which a server makes from its id, by Java's `Random` (SessionTrackerImpl and
 * ZooKeeperServer.generatePasswd). Whoever has both can end the session: that is how the nemesis does it.
 */
export function sessionPassword(id: bigint): Buffer {
  const password = Buffer.alloc(LENGTH);
  let state = (BigInt.asUintN(64, id ^ SALT) ^ MULTIPLIER) & MASK;
  for (let offset = 0; offset < LENGTH; offset += 4) {
    state = (state * MULTIPLIER + INCREMENT) & MASK;
    password.writeUInt32LE(Number((state >> 16n) & 0xffff_ffffn), offset);
  }
  return password;
}
