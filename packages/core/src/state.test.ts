import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ClientEvent, type ClientState, nextState } from "./state.js";

const STATES: readonly ClientState[] = ["connecting", "connected", "suspended", "closed"];
const EVENTS: readonly ClientEvent[] = ["synchronized", "disconnected", "session-lost", "closed"];

const TABLE: Readonly<Record<Exclude<ClientState, "closed">, Readonly<Record<ClientEvent, ClientState>>>> = {
  connecting: {
    synchronized: "connected",
    // Without a session there is nothing that could be suspended.
    disconnected: "connecting",
    "session-lost": "connecting",
    closed: "closed",
  },
  connected: {
    synchronized: "connected",
    disconnected: "suspended",
    "session-lost": "connecting",
    closed: "closed",
  },
  suspended: {
    synchronized: "connected",
    disconnected: "suspended",
    "session-lost": "connecting",
    closed: "closed",
  },
};

describe("nextState", () => {
  it.each(Object.entries(TABLE))("leads from %s where its table says", (state, row) => {
    for (const [event, next] of Object.entries(row)) {
      expect(nextState(state as ClientState, event as ClientEvent)).toBe(next);
    }
  });

  it.each(EVENTS)("never leaves closed, not by %s either", (event) => {
    expect(nextState("closed", event)).toBe("closed");
  });

  it("is connected only after a request on the present connection was answered", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS)), (events) => {
        let state: ClientState = "connecting";
        for (const event of events) {
          const previous: ClientState = state;
          state = nextState(state, event);
          expect(STATES).toContain(state);
          if (state === "connected" && previous !== "connected") expect(event).toBe("synchronized");
          if (state === "suspended" && previous !== "suspended") expect(previous).toBe("connected");
        }
      }),
    );
  });
});
