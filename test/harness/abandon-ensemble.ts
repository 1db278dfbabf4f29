/** Run by a test as a process of its own: starts an ensemble with a frozen member, says where, and never stops it. */
import { startEnsemble } from "./ensemble.js";

const ensemble = await startEnsemble({ servers: 3 });
await ensemble.servers[0]?.freeze();
process.stdout.write(`${ensemble.hosts}\n`);
setInterval(() => {}, 1_000);
