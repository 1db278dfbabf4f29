/** Something that must not be. No findings: what was checked is as it should be. */
export interface Finding {
  /** The rule that is broken. */
  readonly rule: string;
  /** Where: the key of a history, a path, a party. */
  readonly where: string;
  readonly message: string;
}
