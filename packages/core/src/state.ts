/**
 * The states of a client.
 *
 * - `connecting`: there is no session; one is being opened. Nothing is owned.
 * - `connected`: the session is established, and its first request on the present connection has been answered.
 * - `suspended`: the connection is gone while the session may live on. What is owned is still owned until the session's
 *   deadline passes.
 * - `closed`: the owner closed the client, or the server refused its credentials. Final.
 */
export type ClientState = "connecting" | "connected" | "suspended" | "closed";

export type ClientEvent = "synchronized" | "disconnected" | "session-lost" | "closed";

/** The state that follows. Events that mean nothing in a state leave it as it is. */
export function nextState(state: ClientState, event: ClientEvent): ClientState {
  if (state === "closed") return "closed";
  switch (event) {
    case "synchronized":
      return "connected";
    case "disconnected":
      return state === "connected" ? "suspended" : state;
    case "session-lost":
      return "connecting";
    case "closed":
      return "closed";
  }
}
