import { FaultProxy, startTestServer } from "@zookit/testing";
import { expect, it } from "vitest";
import { uniqueRoot } from "../harness/index.js";
import { orderlyEnd, Program } from "./support/program.js";

it("a process writes nothing that it does not write itself, whatever its client meets (N21)", async () => {
  await using server = await startTestServer();
  await using proxy = await FaultProxy.start(server.hosts);
  await using program = new Program("troubled", [proxy.hosts, uniqueRoot()]);
  const id = await program.firstLine();
  await proxy.cut();
  await program.repeats("connected after a cut");
  await proxy.refuse();
  await proxy.accept();
  await program.repeats("connected after refusals");
  await server.expireSession(id);
  await program.repeats("connected after an expiry");
  program.tell("end");
  expect(await program.ending()).toEqual(
    orderlyEnd(id, "connected after a cut", "connected after refusals", "connected after an expiry"),
  );
});
