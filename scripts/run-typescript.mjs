/**
 * Lets Node.js run the sources: `node --import ./scripts/run-typescript.mjs file.ts`. Unlike `--import tsx` it also
 * reaches the worker threads that a program starts, which inherit the flag.
 */
import { register } from "tsx/esm/api";

register();
