import { Input, opName, ProtocolError, ReplyHeader, RequestHeader, SPECIAL_XIDS } from "../wire/index.js";
import type { FaultOperation } from "./rule.js";

/**
 * What the frames of one connection are about. A reply does not say what it answers: that is remembered by the ids of
 * the requests. To be shown every frame in the order in which it arrives. Malformed frames have no name; they go on as
 * they are, since it is the server's and the client's business to refuse them.
 */
export class FrameNames {
  /** Unanswered requests by id. Several may have one id: pings do. */
  readonly #unanswered = new Map<number, (FaultOperation | undefined)[]>();
  #hasRequest = false;
  #hasReply = false;

  request(body: Buffer): FaultOperation | undefined {
    if (!this.#hasRequest) {
      this.#hasRequest = true;
      return "connect";
    }
    const header = readHeader(RequestHeader, body);
    if (header === undefined) return undefined;
    const operation = operationOf(header.type);
    const others = this.#unanswered.get(header.xid);
    if (others === undefined) this.#unanswered.set(header.xid, [operation]);
    else others.push(operation);
    return operation;
  }

  reply(body: Buffer): FaultOperation | undefined {
    if (!this.#hasReply) {
      this.#hasReply = true;
      return "connect";
    }
    const header = readHeader(ReplyHeader, body);
    if (header === undefined) return undefined;
    if (header.xid === SPECIAL_XIDS.event) return "event";
    const [operation, ...others] = this.#unanswered.get(header.xid) ?? [];
    if (others.length === 0) this.#unanswered.delete(header.xid);
    else this.#unanswered.set(header.xid, others);
    return operation;
  }
}

function operationOf(type: number): FaultOperation | undefined {
  const name = opName(type);
  // The server's own; a client that sends them all the same sends nothing that has a name here.
  return name === "createSession" || name === "deleteContainer" ? undefined : name;
}

function readHeader<Header>(codec: { read(input: Input): Header }, body: Buffer): Header | undefined {
  try {
    return codec.read(new Input(body));
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
