import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader, MAX_FRAME_LENGTH, toFrame } from "./frames.js";
import { ProtocolError } from "./protocol-error.js";

/** The stream in chunks of the given sizes, over and over. */
function* chunksOf(stream: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let start = 0, index = 0; start < stream.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield stream.subarray(start, start + size);
    start += size;
  }
}

describe("FrameReader", () => {
  it("gives the same frames however the stream is chunked", () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 });
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(bodies, sizes, (written, chunkSizes) => {
        const reader = new FrameReader();
        const stream = Buffer.concat(written.map((body) => toFrame(Buffer.from(body))));
        const read = [...chunksOf(stream, chunkSizes)].flatMap((chunk) => [...reader.push(chunk)]);
        expect(read.map((body) => [...body])).toEqual(written.map((body) => [...body]));
      }),
    );
  });

  it("reads the largest frame byte by byte in linear time", () => {
    const reader = new FrameReader();
    const stream = toFrame(Buffer.alloc(MAX_FRAME_LENGTH, 7));
    const started = performance.now();
    const frames: Buffer[] = [];
    for (const chunk of chunksOf(stream, [1])) frames.push(...reader.push(chunk));
    expect(frames).toHaveLength(1);
    expect(frames[0]?.equals(stream.subarray(4))).toBe(true);
    // Copying the beginning again with every chunk would be half a terabyte.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.each([-1, MAX_FRAME_LENGTH + 1])("refuses a length of %i as soon as it is announced", (length) => {
    const prefix = Buffer.alloc(4);
    prefix.writeInt32BE(length);
    const reader = new FrameReader();
    expect([...reader.push(prefix.subarray(0, 3))]).toEqual([]);
    expect(() => [...reader.push(prefix.subarray(3))]).toThrow(ProtocolError);
  });

  it("gives the frames before a malformed one, and that one as bytes", () => {
    const frames: Buffer[] = [];
    const reader = new FrameReader();
    const read = (): void => {
      for (const body of reader.push(Buffer.from("0000000141ffffffff42", "hex"))) frames.push(body);
    };
    expect(read).toThrow(ProtocolError);
    expect(frames.map(String)).toEqual(["A"]);
    expect(reader.refused.toString("hex")).toBe("ffffffff42");
  });
});
