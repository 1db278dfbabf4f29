import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { ServerProcess, ServerSettings, ServerSignal } from "./back-end.js";
import type { LocalInstallation } from "./local-installation.js";
import { jvmFlags, loggingFiles, type ServerPlace, zooCfg } from "./server-config.js";

/**
 * Becomes the JVM (exec keeps the process id) and leaves a watcher beside it that reads a pipe from this process. The
 * kernel closes the pipe when this process ends, however it ends; then the watcher kills the JVM, which works on a
 * frozen one too, and removes its data. A line in the pipe dismisses the watcher.
 */
const superviseAndExec = `{ read -r _ <&3 || { kill -KILL $$; rm -rf "$0"; }; } >/dev/null 2>&1 &
exec "$@" 3<&-`;

const mainClass = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
const logTailLines = 30;

/** One server of a local ensemble. Its data directory also holds its configuration and its log. */
export class LocalProcess implements ServerProcess {
  readonly host: string;
  readonly port: number;
  readonly #installation: LocalInstallation;
  readonly #id: number;
  readonly #place: ServerPlace;
  readonly #settings: ServerSettings;
  #child: ChildProcess | undefined;

  constructor(installation: LocalInstallation, id: number, place: ServerPlace, settings: ServerSettings) {
    this.host = place.clientAddress;
    this.port = place.clientPort;
    this.#installation = installation;
    this.#id = id;
    this.#place = place;
    this.#settings = settings;
  }

  async launch(): Promise<void> {
    const directory = this.#place.dataDirectory;
    await this.#writeConfiguration();
    const { java, classPath } = this.#installation;
    const jvm = [...jvmFlags(this.#settings), "-cp", [directory, ...classPath].join(":")];
    const log = await open(this.#file("server.log"), "a");
    try {
      const command = [java, ...jvm, mainClass, this.#file("zoo.cfg")];
      const child = spawn("/bin/sh", ["-c", superviseAndExec, directory, ...command], {
        cwd: directory,
        // A session of its own, so that an interrupt at the terminal lets the tests stop their servers in order.
        detached: true,
        stdio: ["ignore", log.fd, log.fd, "pipe"],
      });
      this.#child = supervised(child);
      await once(child, "spawn");
    } finally {
      await log.close();
    }
  }

  async signal(signal: ServerSignal): Promise<void> {
    this.#child?.kill(signal);
  }

  async isAlive(): Promise<boolean> {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async exited(): Promise<void> {
    if (this.#child && (await this.isAlive())) await once(this.#child, "exit");
  }

  async logTail(): Promise<string> {
    const log = await readFile(this.#file("server.log"), "utf8").catch(() => "");
    return log.trimEnd().split("\n").slice(-logTailLines).join("\n");
  }

  async removeData(): Promise<void> {
    await rm(this.#place.dataDirectory, { recursive: true, force: true, maxRetries: 3 });
  }

  async #writeConfiguration(): Promise<void> {
    const files = { ...loggingFiles, "zoo.cfg": zooCfg(this.#place, this.#settings), myid: `${this.#id}\n` };
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(this.#file(name), text)));
  }

  #file(name: string): string {
    return join(this.#place.dataDirectory, name);
  }
}

/** Neither the JVM nor its pipe keeps this process running: an ensemble nobody waits for must not hang a program. */
function supervised(child: ChildProcess): ChildProcess {
  const pipe = child.stdio[3] as Socket;
  pipe.on("error", () => {
    // The watcher may be gone before the line that dismisses it arrives.
  });
  child.once("exit", () => pipe.end("\n"));
  child.unref();
  pipe.unref();
  return child;
}
