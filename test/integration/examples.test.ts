import { type ChildProcess, execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/index.js";

const directory = fileURLToPath(new URL("../../examples/", import.meta.url));
const files = readdirSync(directory).filter((name) => name.endsWith(".ts"));

/** What each example prints, as a whole. */
const outputs: Readonly<Record<string, RegExp>> = {
  "leader-election.ts":
    /^(?:worker-(\d) leads at worker-\1\.example\.org:8080 in term \d+\n)(?:worker-(\d) leads at worker-\2\.example\.org:8080 in term \d+\n)(?:worker-(\d) leads at worker-\3\.example\.org:8080 in term \d+\n)each has led once\n$/,
  "live-membership.ts":
    /^live: one\.example\.org:8080, three\.example\.org:8080, two\.example\.org:8080\none is gone\nlive: three\.example\.org:8080, two\.example\.org:8080\ntwo is gone\nlive: three\.example\.org:8080\nthree is gone\nlive: none\n$/,
  "partitioned-jobs.ts":
    /^(?:.*\n)*worker-1: 2, worker-2: 2, worker-3: 2\n(?:.*\n)*worker-2: 3, worker-3: 3\n(?:.*\n)*(?:worker-\d ends with \w+\n){6}$/,
  "rate-limit.ts": /^(?:asked for \S+\n){7}7 calls, 3 at a time: never faster than allowed\nfrom now on 4 at a time\n$/,
  "two-phase-start.ts": /^(worker-\d is ready\n){3}(worker-\d serves\n){3}(worker-\d goes away\n){3}$/,
  "with-lock.ts":
    /^holding the lock with fencing token (\d+)\nreleased the lock after writing "all is well" under token \1\n$/,
};

type Result = Promise<{ stdout: string; stderr: string }>;

/** Rejects unless the exit code is 0. */
function run(file: string): Result & { readonly child: ChildProcess } {
  return promisify(execFile)(
    process.execPath,
    ["--conditions=@zookit/source", "--import", "tsx", `${directory}${file}`],
    { env: { ...process.env, ZOOKEEPER_HOSTS: `${sharedHosts()}${uniqueRoot("examples")}` }, timeout: 30_000 },
  );
}

describe("examples", () => {
  it("are all run here", () => {
    expect(files).toEqual(Object.keys(outputs).sort());
  });

  it.each(files)("%s does what it says, prints no warning, and lets the process end by itself", async (file) => {
    const { stdout, stderr } = await run(file);

    expect(stdout).toMatch(outputs[file] as RegExp);
    expect(stderr).toBe("");
  });

  it("partitioned-jobs.ts lets its workers come to an end when it is interrupted, and the process", async () => {
    const running = run("partitioned-jobs.ts");
    running.child.stdout?.once("data", () => running.child.kill("SIGINT"));
    const { stdout, stderr } = await running;

    expect(stdout.match(/ends with/g)?.length).toBe(stdout.match(/begins with/g)?.length);
    expect(stderr).toBe("");
  });
});
