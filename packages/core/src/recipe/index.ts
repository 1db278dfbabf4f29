/**
 * The toolkit of recipe authors: contenders, fencing tokens, holdings, removal for sure.
 *
 * A recipe holds on to the session in which a step began; requests through a session that has ended are refused.
 */

export { checkFunction, checkInteger, checkOptions, MAX_TIMER_MS } from "../check.js";
export type { Client } from "../client.js";
export { checkWaitOptions, orAbort, orDeadline, type WaitOptions, withDeadline } from "../deadline.js";
export { isLossError } from "../errors.js";
export { Latest } from "../latest.js";
export type { LiveSession } from "../live-session.js";
export { ensurePath } from "../nodes.js";
export { checkPacketSize } from "../packet-size.js";
export { checkPath, join, nameOf, parentOf } from "../path.js";
export {
  bounded,
  checkObserveOptions,
  checkWithWaitOptions,
  perform,
  type StepOptions,
  withOutcome,
} from "../perform.js";
export { type Publish, publisher } from "../publisher.js";
export { type KnownUpdateOptions, update } from "../update.js";
export { toBuffer } from "../znode.js";
export { clientOf } from "../zookeeper.js";
export { contend, tryContend } from "./contend.js";
export { type ContenderNode, listContenders, readContenders } from "./contenders.js";
export { createEphemeral, mustProtect, protectEphemeral } from "./ephemeral.js";
export { DuplicateMemberError } from "./errors.js";
export { tokenFromListing } from "./fencing-token.js";
export { type Children, followChildren, readChildren } from "./follow-children.js";
export { type HeldPlace, Holding, type HoldingTerms } from "./holding.js";
export { checkIdentifier, digestOf, uniqueIdentifier } from "./identifier.js";
export { decodeIdentity, encodeIdentity, type Identity } from "./identity.js";
export { LOCK_DIALECTS, LOCK_NAMINGS, type LockDialect } from "./lock-naming.js";
export { Place, type Queue } from "./place.js";
export { type Contender, type Czxids, type Decision, decide, type Naming, needsCzxids, queueOf } from "./queue.js";
export { isReleaseRequest, requestRelease } from "./release-request.js";
export { goneWithin, type Removal, remove, type Unwanted } from "./removal.js";
export { enterSeat, keepSeat, leaveSeat, patienceOf, rewriteSeat, type Seat } from "./seat.js";
export { compareSequence, isExhausted, parseSequence } from "./sequence.js";
export { waitForDeletion } from "./wait-for-deletion.js";
export { reconnected, type Step, withinSession } from "./within-session.js";
