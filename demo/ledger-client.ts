import { type Answer, type Entry, stringify } from "./ledger.js";

/** The ledger, as a service in another process reaches it. */
export class LedgerClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async lastNumber(): Promise<number> {
    return Number(await this.#ask({ method: "GET" }));
  }

  async append(entry: Entry): Promise<Answer> {
    const answer = JSON.parse(await this.#ask({ method: "POST", body: stringify(entry) }));
    return answer.accepted ? answer : { accepted: false, highest: BigInt(answer.highest) };
  }

  async #ask(request: RequestInit): Promise<string> {
    const response = await fetch(this.#url, request);
    const body = await response.text();
    if (!response.ok) throw new Error(`the ledger failed: ${body}`);
    return body;
  }
}
