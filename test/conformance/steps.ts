import type { MultiRequest, RecordOpName, RequestBody, ValueOf } from "../../packages/testing/src/wire/index.js";

/**
 * A request in the records of the protocol. In its paths `~` stands for the root of the sequence, which is another one
 * each time that a sequence is played.
 */
export type Request =
  | { readonly [Op in RecordOpName]: { readonly op: Op; readonly body: RequestBody<Op> } }[RecordOpName]
  | { readonly op: "multi"; readonly body: ValueOf<typeof MultiRequest> };

/** Of the zxids that a client could name in `setWatches`: none, the sequence's first, or the last that it has seen. */
type Since = "never" | "start" | "latest";

export type Intrusion = "wrong password" | "ended session" | "zxid of the future";

/** What one of the clients of a sequence does. */
export type Step = { readonly client: number } & (
  | { readonly do: "request"; readonly request: Request }
  | { readonly do: "authenticate"; readonly scheme: string; readonly credentials: string }
  /** Ends its session, and opens another. */
  | { readonly do: "close"; readonly timeoutMs: number }
  /** Takes its session over by another connection: after the first was cut, or beside it. */
  | { readonly do: "reconnect"; readonly after: "cut" | "nothing"; readonly timeoutMs: number }
  /** Sets watches, as after a reconnect. */
  | {
      readonly do: "setWatches";
      readonly op: "setWatches" | "setWatches2";
      readonly since: Since;
      readonly watches: Omit<RequestBody<"setWatches2">, "relativeZxid">;
    }
  /** Somebody tries to take the session over and is refused; then the client takes it over itself. */
  | { readonly do: "intrude"; readonly by: Intrusion }
);

/** The clients of a sequence. */
export const CLIENTS = 3;

export function resolvePath(path: string, root: string): string {
  return path.startsWith("~") ? root + path.slice(1) : path;
}

/** A request with its paths below a root. */
export function resolveRequest(request: Request, root: string): Request {
  if (request.op === "multi") {
    return { op: "multi", body: request.body.map((operation) => resolveBody(operation, root)) };
  }
  return resolveBody(request, root);
}

function resolveBody<R extends { readonly body: object }>(request: R, root: string): R {
  const { body } = request;
  if ("path" in body) return { ...request, body: { ...body, path: resolvePath(String(body.path), root) } };
  if (!("prefixPath" in body)) return request;
  return { ...request, body: { ...body, prefixPath: resolvePath(String(body.prefixPath), root) } };
}
