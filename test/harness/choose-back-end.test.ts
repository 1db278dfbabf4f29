import { describe, expect, it } from "vitest";
import { chooseBackEnd } from "./choose-back-end.js";
import { NoZooKeeperError } from "./harness-error.js";
import { sharedHosts } from "./shared.js";

const ways = ["ZOOKIT_TEST_HOSTS", "Docker engine", "ZOOKEEPER_HOME"];

async function refusal(environment: Record<string, string>): Promise<string> {
  const error = await chooseBackEnd(environment).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NoZooKeeperError);
  return String(error);
}

describe("the choice of a back end", () => {
  it.each([
    ["an unknown name", { ZOOKIT_TEST_BACKEND: "cloud" }, "cloud"],
    ["hosts that are not named", { ZOOKIT_TEST_BACKEND: "hosts" }, "ZOOKIT_TEST_HOSTS is not set"],
    ["hosts that are no addresses", { ZOOKIT_TEST_HOSTS: "zoo" }, '"zoo" is not host:port'],
    ["hosts of which none answers", { ZOOKIT_TEST_HOSTS: "127.0.0.1:1" }, "answers"],
    ["a release that is not there", { ZOOKIT_TEST_BACKEND: "local", ZOOKEEPER_HOME: "/nowhere" }, "/nowhere"],
    ["a JVM that is not there", { ZOOKIT_TEST_BACKEND: "local", JAVA_HOME: "/nowhere" }, "cannot be had"],
  ])("refuses %s and names the ways to a ZooKeeper", async (_, environment, problem) => {
    const message = await refusal(environment as Record<string, string>);
    for (const part of [problem, ...ways]) expect(message).toContain(part);
  });

  it("prefers an ensemble that already runs", async () => {
    const { backEnd } = await chooseBackEnd({ ZOOKIT_TEST_HOSTS: sharedHosts() });
    expect(backEnd).toMatchObject({ name: "hosts", canControlProcesses: false });
  });
});
