/** What is measured, how it is shown, and which way is better. */
const METRICS = {
  rate: { title: "per second", better: "more" },
  p50Ms: { title: "p50, ms", better: "less" },
  p99Ms: { title: "p99, ms", better: "less" },
  durationMs: { title: "time, ms", better: "less" },
  roundTrips: { title: "round trips", better: "less" },
  requests: { title: "requests", better: "less" },
  networkDelays: { title: "p50, network delays", better: "less" },
  mostBefore: { title: "most others before", better: "less" },
  tokensOutOfOrder: { title: "tokens out of order", better: "less" },
  startMs: { title: "all start, ms", better: "less" },
  joinMs: { title: "one joins, ms", better: "less" },
  leaveMs: { title: "one leaves, ms", better: "less" },
  movedOnJoin: { title: "moved on join", better: "less" },
  movedOnLeave: { title: "moved on leave", better: "less" },
  movedInVain: { title: "moved beyond the minimum", better: "less" },
  interrupted: { title: "given up", better: "less" },
  unownedMs: { title: "unowned, ms", better: "less" },
  requestsPerSecond: { title: "requests/s", better: "less" },
  bytesToServer: { title: "bytes to server", better: "less" },
  bytesToClient: { title: "bytes to client", better: "less" },
  cpuUs: { title: "client CPU, µs", better: "less" },
  cpuPercent: { title: "client CPU, %", better: "less" },
  heapBytes: { title: "heap, bytes", better: "less" },
  residentBytes: { title: "resident, bytes", better: "less" },
} as const;

export type Metric = keyof typeof METRICS;

export function titleOf(metric: Metric): string {
  return METRICS[metric].title;
}

export function isMoreBetter(metric: Metric): boolean {
  return METRICS[metric].better === "more";
}

/** What one run has shown. */
export type Sample = Readonly<Partial<Record<Metric, number>>>;

/** Three significant digits, and no more than a reader needs. */
export function show(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(value < 10 ? 2 : 3)));
}
