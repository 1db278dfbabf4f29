import type { Figures } from "./driver.js";
import type { Sample } from "./metrics.js";
import { partitionSample } from "./ownership.js";
import type { ServerCounts } from "./stage.js";
import { quantile } from "./statistics.js";
import type { Scene } from "./workload.js";

/** All drivers do the work at once; what they and the servers have counted is shared out among the operations. */
export async function playTogether({ stage, drivers, budgetMs }: Scene): Promise<Sample> {
  const before = await stage.counts();
  const figures = await Promise.all(drivers.map((driver) => driver.run(budgetMs)));
  return sampleOf(figures, before, await stage.counts());
}

/** What it cost one operation on average, from the figures of all processes that took part. */
function sampleOf(figures: readonly Figures[], before: ServerCounts, after: ServerCounts): Sample {
  const sum = (figure: (figures: Figures) => number) => figures.reduce((total, each) => total + figure(each), 0);
  const operations = sum((each) => each.operations);
  const elapsedMs = Math.max(...figures.map((each) => each.elapsedMs));
  const cpuMs = sum((each) => each.cpuMs);
  const requests = after.requests - before.requests;
  return {
    rate: (operations / elapsedMs) * 1_000,
    durationMs: elapsedMs,
    requests: requests / operations,
    requestsPerSecond: (requests / elapsedMs) * 1_000,
    bytesToServer: (after.bytesToServer - before.bytesToServer) / operations,
    bytesToClient: (after.bytesToClient - before.bytesToClient) / operations,
    cpuUs: (cpuMs / operations) * 1_000,
    cpuPercent: (cpuMs / elapsedMs) * 100,
    ...latencies(figures.flatMap((each) => each.latenciesMs ?? [])),
    ...memory(figures, operations),
    ...partitionSample(figures.flatMap((each) => each.steps ?? [])),
  };
}

/** The middle and the tail of single latencies, where there are any. */
export function latencies(latenciesMs: readonly number[]): Sample {
  if (latenciesMs.length === 0) return {};
  return { p50Ms: quantile(latenciesMs, 0.5), p99Ms: quantile(latenciesMs, 0.99) };
}

function memory(figures: readonly Figures[], operations: number): Sample {
  const total = (which: "heapBytes" | "residentBytes") => {
    const bytes = figures.flatMap((each) => each[which] ?? []);
    return bytes.length === 0 ? {} : { [which]: bytes.reduce((sum, each) => sum + each, 0) / operations };
  };
  return { ...total("heapBytes"), ...total("residentBytes") };
}
