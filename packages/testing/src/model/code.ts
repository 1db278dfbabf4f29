/** ZooKeeper's answer codes, as far as the model gives them. */
export const Code = {
  ok: 0,
  /** In a multi: an operation after the one that failed. */
  runtimeInconsistency: -2,
  marshallingError: -5,
  unimplemented: -6,
  badArguments: -8,
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  noChildrenForEphemerals: -108,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  invalidAcl: -114,
  authFailed: -115,
  noWatcher: -121,
} as const;

/**
 * Ends the execution of a request with a code; the model turns it into the request's result. It is no Error: nobody but the
 * model meets it, and a refusal is too common in a simulation to pay for a stack each time.
 */
export class Refusal {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}
