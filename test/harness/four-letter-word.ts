import { connect } from "node:net";
import { HarnessError } from "./harness-error.js";

/** What a server answers while it runs without a leader. */
const notServing = "not currently serving requests";

/**
 * Sends one of ZooKeeper's four-letter words and resolves with the answer. Words need no session, and so also reach a
 * server that has lost its leader. A server that is serving counts each as one packet received.
 *
 * @see https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_4lw
 */
export async function fourLetterWord(host: string, port: number, word: string, timeoutMs: number): Promise<string> {
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host, port });
    const fail = (problem: string, cause?: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new HarnessError(`${word} to ${host}:${port}: ${problem}`, { cause }));
    };
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    socket.on("connect", () => socket.write(word));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", (error) => fail(error.message, error));
    socket.on("end", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString("utf8"));
    });
  });
}

/** Whether an answer came from a server that serves clients, rather than from one that has no leader. */
export function isServing(answer: string): boolean {
  return answer !== "" && !answer.includes(notServing);
}

/** The tab-separated lines of `mntr` as a map. */
export function parseMonitor(answer: string): ReadonlyMap<string, string> {
  const entries = answer.split("\n").flatMap((line): [string, string][] => {
    const tab = line.indexOf("\t");
    return tab < 0 ? [] : [[line.slice(0, tab), line.slice(tab + 1)]];
  });
  return new Map(entries);
}
