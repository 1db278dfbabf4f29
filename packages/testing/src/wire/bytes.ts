import { ProtocolError } from "./protocol-error.js";

const INITIAL_CAPACITY = 256;

/** Bytes that are being written, in a buffer that doubles as it fills. */
export class Output {
  #buffer = Buffer.allocUnsafe(INITIAL_CAPACITY);
  #length = 0;

  /** A view of the next `size` bytes, to be written into by the caller at once. */
  claim(size: number): Buffer {
    const start = this.#length;
    this.#length += size;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, start);
      this.#buffer = larger;
    }
    return this.#buffer.subarray(start, this.#length);
  }

  /** What has been written so far. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

/** Bytes that are being read, from the front. */
export class Input {
  readonly #buffer: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#buffer = bytes;
  }

  /** How many bytes have not been read yet. */
  get remaining(): number {
    return this.#buffer.length - this.#position;
  }

  /**
   * A view of the next `size` bytes.
   *
   * @throws {ProtocolError} fewer are left.
   */
  take(size: number): Buffer {
    if (size > this.remaining) throw new ProtocolError(`${size} bytes expected, ${this.remaining} left`);
    const start = this.#position;
    this.#position += size;
    return this.#buffer.subarray(start, this.#position);
  }
}
