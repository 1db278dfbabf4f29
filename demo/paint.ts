const CODES = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  brightRed: 91,
  brightGreen: 92,
  brightYellow: 93,
  brightBlue: 94,
} as const;

export type Colour = keyof typeof CODES;

/** Colours a text, or leaves it as it is. */
export type Paint = (text: string, ...colours: readonly Colour[]) => string;

/** Colours only for a person at a terminal who has not declined them (https://no-color.org). */
export function paintFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Paint {
  if (!stream.isTTY || environment["NO_COLOR"]) return (text) => text;
  return (text, ...colours) => `\x1b[${colours.map((colour) => CODES[colour]).join(";")}m${text}\x1b[0m`;
}
