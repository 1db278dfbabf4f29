import type { Transport } from "../transport.js";
import { NativeSession } from "./native-session.js";

/** The default transport: the npm `zookeeper` binding of ZooKeeper's C client. One thread of a process may load it (N22). */
export const nativeTransport: Transport = {
  name: "native",
  capabilities: new Set(),
  open: (request, events) => new NativeSession(request, events),
};
