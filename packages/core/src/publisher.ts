import { channel } from "node:diagnostics_channel";

/** Publishes what `message` returns, if anybody listens. */
export type Publish<Message extends object> = (message: () => Message) => void;

/**
 * How everything here is instrumented: messages of one shape on the channel `zookit:<name>` of `node:diagnostics_channel`,
 * where tracing and metrics subscribe. Without a subscriber nothing is built and nothing is published. A subscriber that
 * throws disturbs nobody: the error becomes an uncaught exception of the process, as Node does it.
 */
export function publisher<Message extends object>(name: string): Publish<Message> {
  const target = channel(`zookit:${name}`);
  return (message) => {
    if (target.hasSubscribers) target.publish(message());
  };
}
