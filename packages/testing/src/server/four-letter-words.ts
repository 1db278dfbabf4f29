/** What the server tells of itself to whoever asks with one of ZooKeeper's four-letter words instead of a handshake. */
export interface Figures {
  readonly znodes: number;
  readonly ephemerals: number;
  readonly watches: number;
  readonly connections: number;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly lastZxid: bigint;
}

/** It answers as ZooKeeper 3.8 does, and says that it is not one. */
const VERSION = "3.8.0-zookit-test-server";

const WORDS: Readonly<Record<string, (figures: Figures) => string>> = {
  ruok: () => "imok",
  isro: () => "rw",
  envi: () => `Environment:\nzookeeper.version=${VERSION}, in memory\n`,
  srvr: (figures) =>
    [
      `Zookeeper version: ${VERSION}, in memory`,
      `Received: ${figures.packetsReceived}`,
      `Sent: ${figures.packetsSent}`,
      `Connections: ${figures.connections}`,
      "Outstanding: 0",
      `Zxid: 0x${figures.lastZxid.toString(16)}`,
      "Mode: standalone",
      `Node count: ${figures.znodes}\n`,
    ].join("\n"),
  mntr: (figures) =>
    [
      `zk_version\t${VERSION}, in memory`,
      "zk_server_state\tstandalone",
      `zk_znode_count\t${figures.znodes}`,
      `zk_ephemerals_count\t${figures.ephemerals}`,
      `zk_watch_count\t${figures.watches}`,
      `zk_num_alive_connections\t${figures.connections}`,
      `zk_packets_received\t${figures.packetsReceived}`,
      `zk_packets_sent\t${figures.packetsSent}`,
      "zk_outstanding_requests\t0\n",
    ].join("\n"),
};

/** How many bytes tell a word from the length of a handshake. */
export const WORD_LENGTH = 4;

/** The answer to a word; undefined if the bytes are none, and thus the length of a frame. */
export function answerWord(bytes: Buffer, figures: () => Figures): string | undefined {
  return WORDS[bytes.toString("latin1")]?.(figures());
}
