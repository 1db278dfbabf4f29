/**
 * Does nothing but connect, and says what became of it.
 *
 * Arguments: hosts, bound on the time to connect, in milliseconds.
 */
import { connect } from "@zookit/core";
import { say } from "./say.js";

const [hosts = "", connectTimeoutMs = ""] = process.argv.slice(2);

try {
  await using _ = await connect(hosts, { connectTimeoutMs: Number(connectTimeoutMs) });
  say("connected");
} catch (error) {
  say((error as { readonly code: string }).code);
}
