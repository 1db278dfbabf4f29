/** Values that are wrong wherever zookit takes something, by what a reader calls them. */

export interface BadValue {
  readonly name: string;
  readonly value: unknown;
}

export const OVERSIZED_BYTES = 2 ** 20;

function named(entries: Readonly<Record<string, unknown>>): readonly BadValue[] {
  return Object.entries(entries).map(([name, value]) => ({ name, value }));
}

/** No string, no bytes, no function, no options. */
const SCALARS = { null: null, "a number": 7, NaN: Number.NaN, true: true, "a bigint": 1n, "a symbol": Symbol("s") };
const OBJECTS = { "an object": {}, "an array": [], "a date": new Date(0) };
const FUNCTION = { "a function": () => "/a" };

export const NOT_STRINGS = named({ undefined, ...SCALARS, ...OBJECTS, ...FUNCTION });

export const BAD_PATHS: readonly BadValue[] = [
  ...NOT_STRINGS,
  ...named({
    "an empty path": "",
    "a relative path": "a/b",
    "a path with //": "/a//b",
    "only //": "//",
    "a . segment": "/a/./b",
    "a .. segment": "/a/../b",
    "a control character": "/a\u0007",
    "a line break": "/a\n",
    NUL: "/a\u0000b",
    DEL: "/a\u007f",
    "a lone surrogate": "/a\ud800",
    "an emoji": "/a\u{1f512}",
    "U+F000": "/a\uf000",
    "U+FFFE": "/a\ufffe",
  }),
];

/** Wrong everywhere but for sequential znodes, whose number is appended. */
export const TRAILING_SLASH: readonly BadValue[] = named({ "a trailing slash": "/a/", "a trailing ..": "/a/.." });

export const BAD_DATA: readonly BadValue[] = [
  ...named({ ...SCALARS, ...OBJECTS, ...FUNCTION }),
  ...named({
    "an ArrayBuffer": new ArrayBuffer(1),
    "16-bit numbers": new Uint16Array(1),
    "a lone high surrogate": "a\ud800b",
    "a lone low surrogate": "\udc00",
  }),
];

export const NOT_OPTIONS = named({
  ...SCALARS,
  "a string": "persistent",
  "an array": [],
  ...FUNCTION,
  "an unknown key": { timeoutMS: 5 },
  "a method's own name as a key": { toString: () => "" },
});

const NOT_INTEGERS = {
  ...SCALARS,
  ...OBJECTS,
  ...FUNCTION,
  "a text": "5",
  "a fraction": 1.5,
  Infinity: Number.POSITIVE_INFINITY,
};

function notIntegersBut(outOfRange: readonly number[]): readonly BadValue[] {
  const { "a number": _, ...wrong } = NOT_INTEGERS;
  return [...named(wrong), ...outOfRange.map((value) => ({ name: String(value), value }))];
}

const NOT_BOOLEANS = named({ null: null, 0: 0, 1: 1, "a text": "true", "an object": {}, "a symbol": Symbol("s") });

const NOT_ACLS = named({
  ...SCALARS,
  "a text": "world:anyone:cdrwa",
  "no entry": [],
  "an entry outside of an array": { scheme: "world", id: "anyone", permissions: 31 },
  "null for an entry": [null],
  "an entry without an id": [{ scheme: "world", permissions: 31 }],
  "an entry without a scheme": [{ scheme: "", id: "anyone", permissions: 31 }],
  "no permission": [{ scheme: "world", id: "anyone", permissions: 0 }],
  "unknown permissions": [{ scheme: "world", id: "anyone", permissions: 32 }],
  "permissions as a text": [{ scheme: "world", id: "anyone", permissions: "31" }],
});

export const NOT_FUNCTIONS = named({ undefined, ...SCALARS, ...OBJECTS, "a text": "fn" });

/** For every option of every public function, what is wrong with it. */
export const BAD_OPTIONS = {
  signal: named({
    ...SCALARS,
    ...OBJECTS,
    ...FUNCTION,
    "a controller": new AbortController(),
    "a look-alike": { aborted: true },
  }),
  timeoutMs: notIntegersBut([-1, 2 ** 31, Number.MIN_SAFE_INTEGER]),
  mode: named({
    ...SCALARS,
    ...OBJECTS,
    "an unknown mode": "PERSISTENT",
    "a flag": 1,
    "a name of Object": "constructor",
  }),
  acl: NOT_ACLS,
  ttlMs: notIntegersBut([0, -1, 2 ** 31]),
  parents: NOT_BOOLEANS,
  recursive: NOT_BOOLEANS,
  version: notIntegersBut([-2, 2 ** 31, -(2 ** 31)]),
  contains: named({ ...SCALARS, ...OBJECTS, "a text": "fn" }),
  identifier: named({
    ...SCALARS,
    ...OBJECTS,
    ...FUNCTION,
    "a lone surrogate": "\ud800",
    bytes: Buffer.from("me"),
    "what asks a holder to release": "__REVOKE__",
  }),
  onWaiting: named({ ...SCALARS, ...OBJECTS, "a text": "fn" }),
  dialect: named({ ...SCALARS, ...OBJECTS, "an unknown dialect": "zkclient", "a name of Object": "constructor" }),
  permits: notIntegersBut([0, -1, 2 ** 31]),
  sessionTimeoutMs: notIntegersBut([0, 99, -1, 2 ** 31]),
  connectTimeoutMs: notIntegersBut([0, -1, 2 ** 31]),
  auth: named({
    ...SCALARS,
    "a text": "digest",
    "no scheme": { credentials: "u:p" },
    "an empty scheme": { scheme: "", credentials: "u:p" },
    "no credentials": { scheme: "digest" },
    "null in a list": [null],
  }),
  retry: named({
    ...SCALARS,
    "an array": [],
    "an unknown key": { retries: 3 },
    "a negative total": { maxElapsedMs: -1 },
    "a total of null": { maxElapsedMs: null },
    "a delay of NaN": { minDelayMs: Number.NaN },
    "crossed delays": { minDelayMs: 20, maxDelayMs: 10 },
  }),
  transport: named({ ...SCALARS, ...OBJECTS, "capabilities in an array": { open: () => {}, capabilities: [] } }),
} satisfies Readonly<Record<string, readonly BadValue[]>>;

export type OptionName = keyof typeof BAD_OPTIONS;
