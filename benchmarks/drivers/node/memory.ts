import type { Outcome } from "./serve.js";

/** What is in memory more after `fill`, which makes so many items, than before. */
export async function grown(items: number, fill: () => Promise<unknown>): Promise<Outcome> {
  const before = present();
  await fill();
  const after = present();
  return {
    operations: items,
    heapBytes: after.heapUsed - before.heapUsed,
    residentBytes: after.rss - before.rss,
  };
}

function present(): NodeJS.MemoryUsage {
  // Twice, as what has a finalizer goes only the second time.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage();
}
