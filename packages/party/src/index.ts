/** Group membership: join, list, watch, wait for members. */
export { DuplicateMemberError } from "./errors.js";
export { Membership, type MembershipState } from "./membership.js";
export { type JoinOptions, Party, type PartyChange } from "./party.js";
export type { Member } from "./roll.js";
