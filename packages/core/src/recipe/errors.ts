import { ZookitError } from "../errors.js";

/** Another live member of the group has the same identifier. */
export class DuplicateMemberError extends ZookitError {
  readonly code = "duplicate-member";
}
