import { type Call, checkLinearizability, type Model } from "../checkers/linearizability.js";
import { groupBy } from "../group-by.js";
import type { Operation } from "../history/event.js";
import type { Examination } from "./workload.js";

/** Examines each key of a history by itself. */
export function byKey(
  operations: readonly Operation[],
  examine: (key: string, operations: readonly Operation[]) => Examination,
): Examination {
  return together([...groupBy(operations, ({ key }) => key)].map(([key, its]) => examine(key, its)));
}

export function together(parts: readonly Examination[]): Examination {
  return {
    findings: parts.flatMap(({ findings }) => findings),
    exhausted: parts.flatMap(({ exhausted }) => exhausted),
  };
}

/** The verdict of the linearizability checker, as an examination. */
export function linearizable<State, Action>(
  where: string,
  model: Model<State, Action>,
  calls: readonly Call<Action>[],
): Examination {
  const result = checkLinearizability(model, calls);
  if (result.kind === "linearizable") return { findings: [], exhausted: [] };
  if (result.kind === "exhausted") return { findings: [], exhausted: [where] };
  const message = `no order explains ${show(result.stuck)}, after ${result.before.map(show).join(", ")}`;
  return { findings: [{ rule: "linearizable", where, message }], exhausted: [] };
}

function show<Action>({ start, end, action }: Call<Action>): string {
  const text = JSON.stringify(action, (_, value) => (typeof value === "bigint" ? String(value) : value));
  return `${text} from ${start.toFixed(3)} to ${end.toFixed(3)}`;
}
