import { groupBy } from "../group-by.js";
import type { Operation } from "../history/event.js";
import type { Fault } from "../nemesis/fault-log.js";

/** Faults, and those of them that hit a worker while it was in a section. */
export interface Hits {
  readonly all: number;
  readonly inSection: number;
}

/** How long holders were in their sections at the same time, in milliseconds; one figure for each overlap. */
export function overlaps(sections: readonly Pick<Operation, "key" | "start" | "end">[]): readonly number[] {
  return [...groupBy(sections, ({ key }) => key).values()].flatMap((its) => {
    // Of those who did not live to end theirs nobody knows when they stopped to work.
    const inOrder = its.filter(({ end }) => end !== Number.POSITIVE_INFINITY).sort((a, b) => a.start - b.start);
    const found: number[] = [];
    inOrder.forEach((section, index) => {
      for (let next = index + 1; next < inOrder.length; next++) {
        const later = inOrder[next];
        // Standing still is what makes sections long: none is longer than the campaign lets it be.
        if (later === undefined || later.start >= section.end) break;
        found.push(Math.min(section.end, later.end) - later.start);
      }
    });
    return found;
  });
}

export function hitsOf(faults: readonly Fault[], sections: readonly Operation[]): Hits {
  const byProcess = groupBy(sections, ({ process }) => process);
  const inSection = faults.filter(({ target, from }) =>
    byProcess.get(target)?.some(({ start, end }) => start <= from && end >= from),
  );
  return { all: faults.length, inSection: inSection.length };
}
