import type { BackEnd, Environment, Finding, ServerProcess } from "./back-end.js";
import { fourLetterWord } from "./four-letter-word.js";
import { HarnessError, NoZooKeeperError } from "./harness-error.js";

const answerTimeoutMs = 5_000;

/** An ensemble that somebody else runs, named by `ZOOKIT_TEST_HOSTS`. Its processes are out of reach. */
export async function findHostsBackEnd(environment: Environment): Promise<Finding> {
  const hosts = environment["ZOOKIT_TEST_HOSTS"];
  if (!hosts) return { absent: "ZOOKIT_TEST_HOSTS is not set" };
  const processes = hosts.split(",").map(remoteProcess);
  const answers = await Promise.allSettled(
    processes.map(({ host, port }) => fourLetterWord(host, port, "srvr", answerTimeoutMs)),
  );
  if (!answers.some(({ status }) => status === "fulfilled")) {
    throw new NoZooKeeperError(`no server of ZOOKIT_TEST_HOSTS=${hosts} answers`);
  }
  return { backEnd: hostsBackEnd(hosts, processes) };
}

function hostsBackEnd(hosts: string, processes: readonly ServerProcess[]): BackEnd {
  return {
    name: "hosts",
    description: `the ensemble at ${hosts}`,
    canControlProcesses: false,
    install: async (serverCount) => {
      if (processes.length < serverCount) {
        throw new HarnessError(`${serverCount} servers are needed, ZOOKIT_TEST_HOSTS names ${processes.length}`);
      }
      return { processes, remove: async () => {} };
    },
  };
}

function remoteProcess(address: string): ServerProcess {
  const [, host, port] = /^\s*([^\s/]+):(\d+)\s*$/.exec(address) ?? [];
  if (!host || !port) throw new NoZooKeeperError(`ZOOKIT_TEST_HOSTS: "${address}" is not host:port`);
  const refuse = async (): Promise<never> => {
    throw new HarnessError(`${host}:${port} comes from ZOOKIT_TEST_HOSTS, so its process cannot be controlled`);
  };
  return { host, port: Number(port), launch: refuse, signal: refuse, isAlive: refuse, exited: refuse, logTail: refuse };
}
