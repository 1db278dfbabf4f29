/**
 * The server's clock: milliseconds since 1970, as the Stats show them, but from a source that neither jumps nor runs
 * backwards, since sessions are counted by it too.
 */
export function nowMs(): number {
  return Math.trunc(performance.timeOrigin + performance.now());
}

/**
 * Calls `work` at every full multiple of the interval, until stopped.
 *
 * A machine under load, or a server that was frozen, comes late; then what clients have sent in the meantime is read
 * first, so that a session is not ended whose client was in time.
 */
export function atEveryMultiple(intervalMs: number, work: (nowMs: number) => void): { stop(): void } {
  let isStopped = false;
  let timer: NodeJS.Timeout;
  let dueMs = 0;
  const schedule = () => {
    const now = nowMs();
    dueMs = now - (now % intervalMs) + intervalMs;
    timer = setTimeout(() => setImmediate(run), dueMs - now);
  };
  const run = () => {
    if (isStopped) return;
    const now = nowMs();
    // Timers of Node.js may be early by a fraction of a millisecond.
    if (now >= dueMs) work(now);
    schedule();
  };
  schedule();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
