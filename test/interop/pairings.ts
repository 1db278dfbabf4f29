import { type LockPeer, type PeerOptions, startCurator, startKazoo } from "./peer.js";

/** A foreign client and a zookit dialect that are to exclude each other at one path. */
export interface Pairing {
  readonly name: string;
  readonly dialect: "curator" | "kazoo";
  readonly startPeer: (hosts: string, path: string, options?: PeerOptions) => Promise<LockPeer>;
}

const kazoo: Pairing = { name: "kazoo and zookit in kazoo's dialect", dialect: "kazoo", startPeer: startKazoo };

const curator: Pairing = {
  name: "Curator and zookit in its default dialect",
  dialect: "curator",
  startPeer: startCurator,
};

/** kazoo writes its own names here and is told to honour Curator's, which zookit writes: two schemes at one path. */
export const kazooWithPatterns: Pairing = {
  name: "kazoo with extra_lock_patterns and zookit in its default dialect",
  dialect: "curator",
  startPeer: (hosts, path, options = {}) => startKazoo(hosts, path, { ...options, extraLockPatterns: ["-lock-"] }),
};

export const pairings: readonly Pairing[] = [kazoo, curator, kazooWithPatterns];
