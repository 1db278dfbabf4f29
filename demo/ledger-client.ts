import { type Answer, type Entry, type Progress, type Question, stringify } from "./ledger.js";

/** The ledger, as a worker in another process reaches it. */
export class LedgerClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async progress(): Promise<Progress> {
    return JSON.parse(await this.#ask({ method: "GET" }));
  }

  async read(question: Question): Promise<Answer> {
    return this.#answer(await this.#ask({ method: "POST", body: stringify(question) }));
  }

  async append(entry: Entry): Promise<Answer> {
    return this.#answer(await this.#ask({ method: "PUT", body: stringify(entry) }));
  }

  #answer(text: string): Answer {
    const answer = JSON.parse(text);
    return answer.accepted ? answer : { accepted: false, highest: BigInt(answer.highest) };
  }

  async #ask(request: RequestInit): Promise<string> {
    const response = await fetch(this.#url, request);
    const body = await response.text();
    if (!response.ok) throw new Error(`the ledger failed: ${body}`);
    return body;
  }
}
