import { decode, RESPONSES } from "../../packages/testing/src/wire/index.js";
import { everybody } from "./arbitrary-values.js";
import { Client, type Session } from "./client.js";
import type { Received } from "./connection.js";
import { CLIENTS, type Request, resolvePath, resolveRequest, type Step } from "./steps.js";
import { type Context, isShared, lineOf } from "./transcript.js";

/** What each client has been sent in the course of a sequence, line by line. */
export type Transcript = readonly (readonly string[])[];

/** Sessions are renewed after that many sequences, so that no list of ephemeral znodes grows without end. */
const LONGEST_LIFE = 25;
const TIMEOUT_MS = 100_000;

/** One of the clients, whose session lasts longer than a sequence where nothing speaks against it. */
interface Seat {
  client: Client;
  /** How many sequences the session has seen. */
  age: number;
  /** Whether the next sequence needs another connection. */
  isTainted: boolean;
  /** Whether it may be told of what others do. */
  hasWatches: boolean;
  /** The session before. */
  former: Session | undefined;
  lines: string[];
}

/** Plays sequences on one server, one after the other, and writes down what the clients are sent. */
export class Player {
  readonly #hosts: string;
  #seats: readonly Seat[] = [];
  #sessions = new Map<bigint, string>();
  #context: Context | undefined;

  constructor(hosts: string) {
    this.#hosts = hosts;
  }

  /** @param root a path that no sequence has had. */
  async play(steps: readonly Step[], root: string): Promise<Transcript> {
    await this.#begin(root);
    for (const run of runsOf(steps)) await this.#perform(run);
    await this.#settle();
    return this.#seats.map(({ lines }) => lines);
  }

  /** Ends every session, whatever state it is in. */
  async reset(): Promise<void> {
    const seats = this.#seats;
    this.#seats = [];
    for (const { client } of seats) {
      client.cut();
      await client.reconnect(TIMEOUT_MS);
      await client.close();
    }
  }

  async #begin(root: string): Promise<void> {
    await this.#takeSeats();
    const [first] = this.#seats;
    if (first === undefined) throw new Error("there are no clients");
    this.#sessions = new Map();
    for (const seat of this.#seats) this.#name(seat);
    const received = await first.client.ask([
      { op: "create", body: { path: root, data: null, acl: everybody, flags: 0 } },
      { op: "exists", body: { path: "/", watch: false } },
    ]);
    const [created, top] = received.filter(({ request }) => request !== undefined);
    if (created?.header.err !== 0 || top === undefined) throw new Error(`the root ${root} cannot be made`);
    const { stat } = decode(RESPONSES.exists, top.body);
    const base = created.header.zxid;
    this.#context = { root, base, top: stat, sessions: this.#sessions, times: new Map() };
    for (const { client } of this.#seats) client.lastZxid = base;
  }

  /** A session plays several sequences, since opening one takes as long as several requests. */
  async #takeSeats(): Promise<void> {
    this.#seats = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, index): Promise<Seat> => {
        const seat = this.#seats[index];
        const fresh = { former: undefined, lines: [], isTainted: false, hasWatches: false };
        if (seat === undefined || seat.age === LONGEST_LIFE) {
          await seat?.client.close();
          return { client: await Client.open(this.#hosts, TIMEOUT_MS), age: 0, ...fresh };
        }
        if (seat.isTainted) {
          seat.client.cut();
          await seat.client.reconnect(TIMEOUT_MS);
        }
        return { client: seat.client, age: seat.age + 1, ...fresh };
      }),
    );
  }

  async #perform(run: readonly Step[]): Promise<void> {
    const [step] = run;
    const seat = step && this.#seats[step.client];
    if (step === undefined || seat === undefined) return;
    switch (step.do) {
      case "request":
        await this.#ask(
          seat,
          run.flatMap((each) => (each.do === "request" ? [each.request] : [])),
        );
        break;
      case "authenticate": {
        // What a connection has proven it cannot take back.
        seat.isTainted = true;
        await this.#ask(seat, [
          { op: "auth", body: { type: 0, scheme: step.scheme, auth: Buffer.from(step.credentials) } },
        ]);
        // A server that has refused the credentials ends the connection; one that has not goes on.
        await this.#ask(seat, [{ op: "ping", body: {} }]);
        break;
      }
      case "setWatches": {
        const { root, base } = this.#known;
        const relativeZxid = { never: 0n, start: base, latest: seat.client.lastZxid }[step.since];
        const body = { relativeZxid, ...mapLists(step.watches, (path) => resolvePath(path, root)) };
        await this.#ask(seat, [{ op: step.op, body }]);
        break;
      }
      case "close":
        await this.#close(seat, step.timeoutMs);
        break;
      case "reconnect":
        if (step.after === "cut") seat.client.cut();
        await this.#reconnect(seat, step.timeoutMs);
        break;
      case "intrude":
        seat.lines.push(await seat.client.intrude(step.by, seat.former));
        // Whether the server has ended it already is not certain.
        seat.client.cut();
        await this.#recover(seat);
    }
  }

  async #ask(seat: Seat, requests: readonly Request[]): Promise<void> {
    const { root } = this.#known;
    // A watch on what sequences share would be told of the next one.
    if (requests.some(isWatchOnTop)) seat.isTainted = true;
    if (requests.some(isWatch)) seat.hasWatches = true;
    this.#note(seat, await seat.client.ask(requests.map((request) => resolveRequest(request, root))));
    await this.#recover(seat);
  }

  /** A client whose connection has ended says so, and connects again. */
  async #recover(seat: Seat): Promise<void> {
    if (!seat.client.isCutOff) return;
    seat.lines.push("the connection has ended");
    await this.#reconnect(seat, TIMEOUT_MS);
  }

  /** Neither watches nor what was proven outlast a connection. */
  async #reconnect(seat: Seat, timeoutMs: number): Promise<void> {
    seat.lines.push(await seat.client.reconnect(timeoutMs));
    seat.isTainted = false;
    seat.hasWatches = false;
  }

  /** A session's znodes are deleted in the order of a hash table: what is told of that is in no order. */
  async #close(seat: Seat, timeoutMs: number): Promise<void> {
    await this.#settle();
    const starts = this.#seats.map(({ lines }) => lines.length);
    this.#note(seat, await seat.client.close());
    await this.#settle(seat);
    this.#seats.forEach(({ lines }, index) => {
      lines.push(...lines.splice(starts[index] ?? 0).sort());
    });
    seat.former = seat.client.session;
    seat.isTainted = false;
    seat.hasWatches = false;
    seat.client = await Client.open(this.#hosts, timeoutMs);
    seat.client.lastZxid = this.#known.base;
    this.#name(seat);
    seat.lines.push(`a new session of ${seat.client.timeoutMs} ms`);
  }

  /** Waits until everybody was told of everything. */
  async #settle(except?: Seat): Promise<void> {
    const seats = this.#seats.filter((seat) => seat.hasWatches && seat !== except);
    await Promise.all(seats.map(async (seat) => this.#note(seat, await seat.client.settle())));
  }

  #note(seat: Seat, received: readonly Received[]): void {
    const lines = received.map((each) => lineOf(each, this.#known));
    seat.lines.push(...lines.filter((line) => line !== undefined));
  }

  #name({ client }: Seat): void {
    this.#sessions.set(client.session.id, `session ${this.#sessions.size}`);
  }

  get #known(): Context {
    if (this.#context === undefined) throw new Error("no sequence is being played");
    return this.#context;
  }
}

/**
 * Requests of one client that follow each other are sent together. Not so what follows a `setACL`: ZooKeeper checks
 * permissions before it executes what is already under way, and goes by the ACL that the znode had then.
 */
function runsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const runs: Step[][] = [];
  for (const step of steps) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    const isPart =
      step.do === "request" && last?.do === "request" && step.client === last.client && last.request.op !== "setACL";
    if (isPart) run?.push(step);
    else runs.push([step]);
  }
  return runs;
}

function mapLists<Lists extends object>(lists: Lists, change: (path: string) => string): Lists {
  const entries = Object.entries(lists).map(([name, paths]) => [name, (paths as readonly string[]).map(change)]);
  return Object.fromEntries(entries) as Lists;
}

function isWatch({ op, body }: Request): boolean {
  return /watch/i.test(op) || (op !== "multi" && "watch" in body && body.watch);
}

function isWatchOnTop({ op, body }: Request): boolean {
  return op !== "multi" && "watch" in body && body.watch && isShared(body.path);
}
