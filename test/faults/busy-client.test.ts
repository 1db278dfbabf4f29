import { expect, it } from "vitest";
import { startEnsemble } from "../harness/index.js";
import { Worker } from "../harness/worker.js";

it("a process that is busy with requests survives the death of its server, every time, and goes on when it is back (N30)", async (context) => {
  await using ensemble = await startEnsemble();
  const [server] = ensemble.servers;
  if (!ensemble.canControlProcesses || server === undefined) return context.skip("needs control over server processes");
  await using worker = new Worker("busy-worker.ts", [ensemble.hosts, "200"]);
  await worker.event("busy");
  for (let round = 1; round <= 3; round++) {
    await server.kill();
    await worker.event(`suspended-${round}`);
    await server.start();
    await worker.event(`connected-${round}`);
  }
  worker.tell("end");
  expect(await worker.event("ended")).toMatchObject({ errors: [] });
});
