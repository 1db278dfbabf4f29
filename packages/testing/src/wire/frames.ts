import { ProtocolError } from "./protocol-error.js";

const PREFIX_LENGTH = 4;

/**
 * What a server reads at most in one frame: jute.maxbuffer, 1 MiB − 1, to the byte.
 *
 * @see ZooKeeper's `NIOServerCnxn.readLength`
 */
export const MAX_FRAME_LENGTH = 0xf_ffff;

/** A frame as it stands on the wire: the length of its body in 32 bits, and the body. */
export function toFrame(body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_LENGTH + body.length);
  frame.writeInt32BE(body.length);
  frame.set(body, PREFIX_LENGTH);
  return frame;
}

/** Cuts a stream of bytes into frames. Linear in the bytes, however small the chunks in which they come. */
export class FrameReader {
  readonly #maxLength: number;
  readonly #prefix = Buffer.alloc(PREFIX_LENGTH);
  #prefixFilled = 0;
  /** The body that is being filled, of the length that its prefix announced. */
  #body: Buffer | undefined;
  #bodyFilled = 0;
  #refused: Buffer | undefined;

  /** @param maxLength of a body in bytes. A server's replies have no limit of their own. */
  constructor(maxLength = MAX_FRAME_LENGTH) {
    this.#maxLength = maxLength;
  }

  /** After a throw: the bytes of the malformed frame and what followed in its chunk, for who carries them on. */
  get refused(): Buffer {
    return this.#refused ?? Buffer.alloc(0);
  }

  /**
   * The bodies of the frames that are complete with this chunk. To be read to the end, since the chunk is cut while it
   * is being read.
   *
   * @throws {ProtocolError} a frame announces a length below 0 or above the limit; the frames before it were given.
   */
  *push(chunk: Buffer): Generator<Buffer, void, undefined> {
    let rest = chunk;
    for (;;) {
      if (this.#body === undefined) {
        rest = this.#fillPrefix(rest);
        if (this.#prefixFilled < PREFIX_LENGTH) return;
        const length = this.#announcedLength(rest);
        // The usual case, a whole frame in one chunk, is not copied.
        if (rest.length >= length) {
          this.#prefixFilled = 0;
          yield rest.subarray(0, length);
          rest = rest.subarray(length);
          continue;
        }
        this.#body = Buffer.allocUnsafe(length);
        this.#bodyFilled = 0;
      }
      const taken = rest.copy(this.#body, this.#bodyFilled);
      rest = rest.subarray(taken);
      this.#bodyFilled += taken;
      if (this.#bodyFilled < this.#body.length) return;
      const body = this.#body;
      this.#body = undefined;
      this.#prefixFilled = 0;
      yield body;
    }
  }

  #fillPrefix(chunk: Buffer): Buffer {
    const taken = chunk.copy(this.#prefix, this.#prefixFilled, 0, PREFIX_LENGTH - this.#prefixFilled);
    this.#prefixFilled += taken;
    return chunk.subarray(taken);
  }

  #announcedLength(rest: Buffer): number {
    const length = this.#prefix.readInt32BE();
    if (length < 0 || length > this.#maxLength) {
      this.#refused = Buffer.concat([this.#prefix, rest]);
      throw new ProtocolError(`a frame of ${length} bytes, with a limit of ${this.#maxLength}`);
    }
    return length;
  }
}
