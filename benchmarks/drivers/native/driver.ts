// The bare binding as a driver of the benchmarks: the least that can be sent for the same effect, with the least code.
import { serve } from "../node/serve.js";
import { connect } from "./client.js";
import { counter } from "./counter.js";
import { lockCycle, lockMany } from "./lock.js";

await serve({
  works: { "lock-cycle": lockCycle, "lock-many": lockMany, counter },
  connect,
  close: async (client) => client.close(),
});
