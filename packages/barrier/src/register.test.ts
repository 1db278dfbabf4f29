import fc from "fast-check";
import { expect, test } from "vitest";
import { UnreadableBarrierError } from "./errors.js";
import { encodeRegister, firstGeneration, type Register, readRegister, writeRegister } from "./register.js";

const register: fc.Arbitrary<Register> = fc.record({
  generation: fc.maxSafeNat(),
  parties: fc.nat(),
  members: fc.array(fc.string({ unit: "grapheme" })),
});

test("what was written is read", () => {
  fc.assert(
    fc.property(register, (written) => {
      expect(readRegister(encodeRegister(written), "/b")).toEqual(written);
    }),
  );
});

test("no data: nothing has been written yet", () => {
  expect(readRegister(Buffer.alloc(0), "/b")).toBeUndefined();
});

test.each([
  "x",
  "null",
  "5",
  "[]",
  "{}",
  '{"generation":1,"parties":2}',
  '{"generation":1.5,"parties":2,"members":[]}',
  '{"generation":"1","parties":2,"members":[]}',
  '{"generation":1,"parties":2,"members":[3]}',
])("%s is no register", (data) => {
  expect(() => readRegister(Buffer.from(data), "/b")).toThrow(UnreadableBarrierError);
});

test("the first generation is a number that any later zxid exceeds", () => {
  expect(firstGeneration(2n ** 33n + 5n)).toBe(2 ** 33 + 5);
});

test("a version that has wrapped to -1 is not written from, since that would overwrite whatever is there (H43)", async () => {
  const written = writeRegister({} as never, "/b", { generation: 1, parties: 1, members: [] }, -1);
  await expect(written).rejects.toMatchObject({ code: "unknown-outcome", outcome: "not-applied" });
});
