import { ZookitError } from "@zookit/core";

/** Another live member of the party has the same identifier. */
export class DuplicateMemberError extends ZookitError {
  readonly code = "duplicate-member";
}
