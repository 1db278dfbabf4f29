import type { Samples } from "./measure.js";
import type { Metric, Sample } from "./metrics.js";
import { titleOf } from "./metrics.js";
import { median, pairedRatio } from "./statistics.js";
import type { PeerName, Target } from "./workload.js";

export interface Judgement {
  readonly text: string;
  readonly measured: number;
  readonly isMet: boolean;
}

export function judge(target: Target, samples: Samples): Judgement {
  const { metric, versus, atLeast, atMost } = target;
  const ours = valuesOf(samples.zookit, metric);
  const measured = versus === undefined ? median(ours) : pairedRatio(ours, valuesOf(samples[versus], metric));
  const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
  return {
    text: versus === undefined ? `${titleOf(metric)} ${bound}` : `${titleOf(metric)} ${bound} × ${versus}`,
    measured,
    isMet: measured >= (atLeast ?? Number.NEGATIVE_INFINITY) && measured <= (atMost ?? Number.POSITIVE_INFINITY),
  };
}

export function valuesOf(samples: readonly Sample[] = [], metric: Metric): readonly number[] {
  return samples.flatMap((sample) => sample[metric] ?? []);
}

/** How many times as good as a peer zookit is, whichever way is better; above 1 it is ahead. */
export function lead(samples: Samples, peer: PeerName, metric: Metric, isMoreBetter: boolean): number {
  const [ours, theirs] = [valuesOf(samples.zookit, metric), valuesOf(samples[peer], metric)];
  return isMoreBetter ? pairedRatio(ours, theirs) : pairedRatio(theirs, ours);
}
