/**
 * Several operations in one frame: each after a header of its own, and a last header that says it is the end.
 *
 * @see ZooKeeper's classes `MultiOperationRecord` and `MultiResponse`
 */
import type { Input, Output } from "./bytes.js";
import { bool, type Codec, int, record } from "./jute.js";
import { OP_CODES, opName } from "./op-code.js";
import { REQUESTS, RESPONSES, type RequestBody, type ResponseBody } from "./operation-records.js";
import { ProtocolError } from "./protocol-error.js";

const MultiHeader = record({ type: int, done: bool, err: int });

const END = { type: -1, done: true, err: -1 } as const;
const ERROR_TYPE = -1;

const ErrorResponse = record({ err: int });

/** What a `multi` may contain: all but the last two; a `multiRead` the last two only. */
const MULTI_OPERATIONS = [
  "create",
  "create2",
  "createContainer",
  "createTTL",
  "delete",
  "setData",
  "check",
  "getChildren",
  "getData",
] as const;

type MultiOpName = (typeof MULTI_OPERATIONS)[number];

/** One operation of a `multi` or `multiRead`. */
export type MultiOperation = { [Op in MultiOpName]: { readonly op: Op; readonly body: RequestBody<Op> } }[MultiOpName];

/**
 * The result of one operation. In a `multi` either all have succeeded or all are errors: what came before the failed one
 * has code 0, what came after it -2 (runtime inconsistency). Servers take a `create2` within a multi for a `create`, and
 * answer containers and TTL znodes with results of `create2`.
 */
export type MultiResult =
  | { [Op in MultiOpName]: { readonly op: Op; readonly body: ResponseBody<Op> } }[MultiOpName]
  | { readonly op: "error"; readonly err: number };

/** The body of a `multi` request. */
export const MultiRequest: Codec<readonly MultiOperation[]> = sequence(
  (output, { op, body }) => {
    MultiHeader.write(output, { type: OP_CODES[op], done: false, err: -1 });
    codecOf(REQUESTS, op).write(output, body);
  },
  (input, type) => {
    const op = multiOpName(type);
    return { op, body: REQUESTS[op].read(input) } as MultiOperation;
  },
);

/** The body of the reply to a `multi`. The header before it has `err` 0 even if the operations have failed. */
export const MultiResponse: Codec<readonly MultiResult[]> = sequence(
  (output, result) => {
    if (result.op === "error") {
      // The code stands there twice.
      MultiHeader.write(output, { type: ERROR_TYPE, done: false, err: result.err });
      ErrorResponse.write(output, { err: result.err });
    } else {
      MultiHeader.write(output, { type: OP_CODES[result.op], done: false, err: 0 });
      codecOf(RESPONSES, result.op).write(output, result.body);
    }
  },
  (input, type) => {
    if (type === ERROR_TYPE) return { op: "error", ...ErrorResponse.read(input) };
    const op = multiOpName(type);
    return { op, body: RESPONSES[op].read(input) } as MultiResult;
  },
);

/** Elements until the header that ends them; `write` writes its own header. */
function sequence<Element>(
  write: (output: Output, element: Element) => void,
  read: (input: Input, type: number) => Element,
): Codec<readonly Element[]> {
  return {
    write: (output, elements) => {
      for (const element of elements) write(output, element);
      MultiHeader.write(output, END);
    },
    read: (input) => {
      const elements: Element[] = [];
      for (;;) {
        const header = MultiHeader.read(input);
        if (header.done) return elements;
        elements.push(read(input, header.type));
      }
    },
  };
}

function multiOpName(type: number): MultiOpName {
  const name = opName(type);
  const found = MULTI_OPERATIONS.find((candidate) => candidate === name);
  if (found === undefined) throw new ProtocolError(`operation ${name ?? type} within a multi`);
  return found;
}

/** That a body belongs to its operation is known where they were put together; the compiler does not follow it here. */
function codecOf(codecs: Readonly<Record<MultiOpName, Codec<unknown>>>, op: MultiOpName): Codec<unknown> {
  return codecs[op];
}
