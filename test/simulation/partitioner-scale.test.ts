import { connect } from "@zookit/core";
import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { partitionsOf, sharesOf, Worker } from "./support/partitioner-group.js";
import { Overseer } from "./support/partitioner-story.js";

const PARTITIONS = 1_000;
const MEMBERS = 50;
const SESSION_MS = 40_000;

test("1,000 partitions and 50 members: who joins or leaves moves the fewest, and interrupts no others (H82)", async () => {
  await simulate(
    async (ensemble, time) => {
      const partitions = partitionsOf(PARTITIONS);
      const overseer = new Overseer(() => ensemble);
      const workers: Worker[] = [];
      const open = async (identifier: string): Promise<Worker> => {
        const work: ConstructorParameters<typeof Worker>[2] = (partition) =>
          overseer.oversee(worker.zk, partition, time, 5).catch((error) => {
            failure ??= error;
          });
        const { transport } = ensemble;
        const zk = await connect("simulated", { transport, sessionTimeoutMs: SESSION_MS, connectTimeoutMs: 60_000 });
        const worker = new Worker(zk, { partitions, identifier, settleMs: 2_000 }, work);
        return worker;
      };
      let failure: unknown;
      const settle = async () => {
        const shares = String(sharesOf(PARTITIONS, workers.length));
        const loads = () => String(workers.map(({ calls }) => calls.size).sort((a, b) => a - b));
        while (loads() !== shares || overseer.calls.size !== PARTITIONS) await time.pass(50);
        overseer.check();
        expect(failure).toBeUndefined();
      };
      const begun = () => workers.reduce((sum, worker) => sum + worker.begun.length, 0);
      const told = () => workers.flatMap((worker) => worker.begun).filter(({ lost }) => lost.aborted).length;

      for (let index = 0; index < MEMBERS; index++) workers.push(await open(`m${index}`));
      await settle();
      // All at once, as far as they came while it settled: nothing was moved that was given out.
      expect(begun()).toBe(PARTITIONS);

      const [begunBefore, toldBefore] = [begun(), told()];
      const joiner = await open("joiner");
      workers.push(joiner);
      await settle();
      expect(joiner.begun).toHaveLength(Math.floor(PARTITIONS / (MEMBERS + 1)));
      expect(begun() - begunBefore).toBe(joiner.begun.length);
      expect(told() - toldBefore).toBe(joiner.begun.length);

      const [leaver] = workers.splice(7, 1) as [Worker];
      const had = leaver.calls.size;
      const [begunThen, toldThen] = [begun(), told()];
      leaver.stop();
      await leaver.end;
      await settle();
      expect(begun() - begunThen).toBe(had);
      expect(told() - toldThen).toBe(0);
    },
    // In the simulation one message follows the other: what real servers do at once takes its time.
    { limitMs: 300_000, tickTimeMs: 2_000 },
  );
});
