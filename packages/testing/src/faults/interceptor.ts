import type { Faults, Sentence } from "./faults.js";
import { FrameNames } from "./frame-names.js";
import { Lane } from "./lane.js";
import type { FaultOperation } from "./rule.js";
import type { Frame } from "./rule-book.js";

/** What an interceptor stands between, and what it can do to the connection. */
export interface Carrier {
  /** Carries the body of a frame on. The frames behind it wait for the promise, if there is one. */
  toServer(body: Buffer): void | Promise<void>;
  toClient(body: Buffer): void | Promise<void>;
  /** Ends the connection. What was carried on before still arrives. */
  cut(): void;
  /** Ends the connection with a reset towards the client. What was carried on to the server before still arrives. */
  reset(): void;
}

/**
 * Lets the faults happen to the frames of one connection. It is shown every frame as it arrives, and carries it on unless
 * a rule is met: at once and synchronously, unless something is before it that waits.
 */
export class Interceptor {
  /** The directions, for whoever has more to send through them than frames, or wants to silence one. */
  readonly lanes = { request: new Lane(), reply: new Lane() } as const;
  readonly #faults: Faults;
  readonly #carrier: Carrier;
  readonly #names = new FrameNames();

  constructor(faults: Faults, carrier: Carrier) {
    this.#faults = faults;
    this.#carrier = carrier;
  }

  /** A frame has come from the client: its body. Returns what it is about. */
  fromClient(body: Buffer): FaultOperation | undefined {
    const operation = this.#names.request(body);
    this.lanes.request.push(() => this.#pass({ at: "request", operation }, () => this.#carrier.toServer(body)));
    return operation;
  }

  /** A frame has come from the server: its body. Returns what it is about. */
  fromServer(body: Buffer): FaultOperation | undefined {
    const operation = this.#names.reply(body);
    this.lanes.reply.push(() => this.#pass({ at: "reply", operation }, () => this.#carrier.toClient(body)));
    return operation;
  }

  /** Nothing is carried any more. To be called when the connection has ended, whoever ended it. */
  end(): void {
    this.lanes.request.silence();
    this.lanes.reply.silence();
  }

  #pass(frame: Frame, carryOn: () => void | Promise<void>): void | Promise<void> {
    const sentence = this.#faults.judge(frame);
    return sentence === undefined ? carryOn() : this.#execute(sentence, this.lanes[frame.at], carryOn);
  }

  async #execute({ action, released, done }: Sentence, lane: Lane, carryOn: () => void | Promise<void>): Promise<void> {
    if (action === "lose" || action === "reset") {
      this.end();
      if (action === "lose") this.#carrier.cut();
      else this.#carrier.reset();
      done();
      return;
    }
    if (action === "drop") {
      lane.silence();
      done();
      return;
    }
    done();
    await (action === "hold" ? released : lane.wait(action.delayMs));
    if (!lane.isSilent) await carryOn();
  }
}
