/** Rules that are counted apart from what recipes promise. */
export const RULES = {
  crash: "no worker crashes",
  unhandledRejection: "no rejection is unhandled",
  leftover: "nothing is left behind",
  staleWrite: "no stale write is accepted",
} as const;
