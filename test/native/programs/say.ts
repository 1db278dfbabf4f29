import { writeSync } from "node:fs";

const STDOUT = 1;

/** Writes a line to the standard output at once: nothing is lost when the process is ended the next moment. */
export function say(line: string): void {
  writeSync(STDOUT, `${line}\n`);
}
