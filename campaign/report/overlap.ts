import { groupBy } from "../group-by.js";
import type { Operation } from "../history/event.js";

/** How long careless holders were in their sections at the same time, in milliseconds; one figure for each overlap. */
export function overlaps(sections: readonly Operation[]): readonly number[] {
  return [...groupBy(sections, ({ key }) => key).values()].flatMap((its) => {
    // Of those who did not live to end theirs nobody knows when they stopped to work.
    const inOrder = its.filter(({ end }) => end !== Number.POSITIVE_INFINITY).sort((a, b) => a.start - b.start);
    const found: number[] = [];
    inOrder.forEach((section, index) => {
      for (const later of inOrder.slice(index + 1)) {
        // Standing still is what makes sections long: none is longer than the campaign lets it be.
        if (later.start >= section.end) break;
        found.push(Math.min(section.end, later.end) - later.start);
      }
    });
    return found;
  });
}
