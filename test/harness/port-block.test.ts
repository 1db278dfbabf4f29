import { expect, it } from "vitest";
import { leasePortBlock } from "./port-block.js";

it("never leases a port twice", async () => {
  const blocks = await Promise.all(Array.from({ length: 20 }, leasePortBlock));
  const ports = blocks.flatMap((block) => block.ports);
  expect(new Set(ports).size).toBe(20 * 9);
  await Promise.all(blocks.map((block) => block.release()));
});
