import fc from "fast-check";
import { creationOf, ordinaryRequest, watchingRequest } from "./arbitrary-request.js";
import { ALICE, BOB, isEchoed, path, persistentPath, recursivePath } from "./arbitrary-values.js";
import type { Request, Step } from "./steps.js";

/** The one of the three clients that uses persistent watches. */
const WATCHING_CLIENT = 2;

const listOf = (of: fc.Arbitrary<string>) => fc.array(of, { maxLength: 3, size: "max" });
const none = fc.constant<string[]>([]);
const oneShotWatches = fc.record({
  dataWatches: listOf(path.filter(isEchoed)),
  existWatches: listOf(path.filter(isEchoed)),
  childWatches: listOf(path.filter(isEchoed)),
  persistentWatches: none,
  persistentRecursiveWatches: none,
});
const persistentWatches = fc.record({
  dataWatches: none,
  existWatches: none,
  childWatches: none,
  persistentWatches: listOf(persistentPath),
  persistentRecursiveWatches: listOf(recursivePath),
});
const since = fc.constantFrom("never", "start", "latest");
const setOneShot = fc.record({
  do: fc.constant("setWatches"),
  op: fc.constantFrom("setWatches", "setWatches2"),
  since,
  watches: oneShotWatches,
});
const setPersistent = fc.record({
  do: fc.constant("setWatches"),
  op: fc.constant("setWatches2"),
  since,
  watches: persistentWatches,
});

const timeoutMs = fc.constantFrom(100_000, 200_000, 0, -1, 0x7fff_ffff);

function actionWith(request: fc.Arbitrary<Request>, setWatches: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc.oneof(
    { weight: 100, arbitrary: fc.record({ do: fc.constant("request"), request }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("authenticate"),
        scheme: fc.constantFrom("digest", "digest", "digest", "digest", "ip", "world", "nonsense"),
        credentials: fc.constantFrom(ALICE, ALICE, BOB, "", ":", "no-colon"),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("close"), timeoutMs }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("reconnect"), after: fc.constantFrom("cut", "nothing"), timeoutMs }),
    },
    { weight: 2, arbitrary: setWatches },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("intrude"),
        by: fc.constantFrom("wrong password", "ended session", "zxid of the future"),
      }),
    },
  );
}

/** What one client does before another one's turn comes; it is sent together as far as it can be. */
function turnOf(client: number, action: fc.Arbitrary<object>): fc.Arbitrary<readonly Step[]> {
  const actions = fc.array(action, { minLength: 1, maxLength: 6, size: "max" });
  return actions.map((all) => all.map((what) => ({ client, ...what }) as Step));
}

const ordinaryAction = actionWith(ordinaryRequest, setOneShot);
const turn = fc.oneof(
  { weight: 3, arbitrary: turnOf(0, ordinaryAction) },
  { weight: 1, arbitrary: turnOf(1, ordinaryAction) },
  { weight: 1, arbitrary: turnOf(WATCHING_CLIENT, actionWith(watchingRequest, setPersistent)) },
);

/** Without something to begin with, most of what is done would meet nothing. */
const beginning = fc
  .tuple(...["~/a", "~/b", "~/a/b", "~/a/c", "~/b/a"].map((at) => fc.option(creationOf(at), { freq: 3 })))
  .map((creations) =>
    creations.flatMap((creation): Step[] => {
      return creation === null ? [] : [{ client: 0, do: "request", request: creation }];
    }),
  );

const LONGEST = 25;

/** A sequence of what three clients do, one after the other. */
export const arbitrarySequence: fc.Arbitrary<readonly Step[]> = fc
  .tuple(beginning, fc.array(turn, { minLength: 1, maxLength: 8, size: "max" }))
  .map(([first, turns]) => [...first, ...turns.flat()].slice(0, LONGEST));
