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
  const schedule = () => {
    const now = nowMs();
    timer = setTimeout(() => setImmediate(run), intervalMs - (now % intervalMs));
  };
  const run = () => {
    if (isStopped) return;
    work(nowMs());
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
