/** Group membership: join, list, watch, wait for members. */
export { DuplicateMemberError } from "@zookit/core/recipe";
export type { MembershipMessage } from "./diagnostics.js";
export { Membership, type MembershipState } from "./membership.js";
export { type JoinOptions, Party, type PartyChange } from "./party.js";
export type { Member } from "./roll.js";
