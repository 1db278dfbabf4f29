/** Lets what a callback has thrown be told from what went wrong by itself. */
class CallbackFailure extends Error {
  constructor(readonly thrown: unknown) {
    super("a callback has thrown");
  }
}

/** Runs an acquisition that tells `onWaiting` of its position. What that throws ends the acquisition, and comes back as it is. */
export function tellingPosition<T>(
  onWaiting: ((ahead: number) => void) | undefined,
  acquire: (tell: (ahead: number) => void) => Promise<T>,
): Promise<T> {
  return onWaiting === undefined ? acquire(() => {}) : telling(onWaiting, acquire);
}

async function telling<T>(
  onWaiting: (ahead: number) => void,
  acquire: (tell: (ahead: number) => void) => Promise<T>,
): Promise<T> {
  const tell = (ahead: number) => {
    try {
      onWaiting(ahead);
    } catch (thrown) {
      throw new CallbackFailure(thrown);
    }
  };
  try {
    return await acquire(tell);
  } catch (error) {
    throw error instanceof CallbackFailure ? error.thrown : error;
  }
}
