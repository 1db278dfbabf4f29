/** One replacement in one file of the sources. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Text that stands in the file exactly once: what moves or changes must not leave a mutant behind that does nothing. */
  readonly search: string;
  readonly replace: string;
}

/** A mistake that a programmer could have made, and that the tests have to notice. */
export interface Mutant extends Edit {
  readonly name: string;
  /** What the mistake is, as one would say it of a program that has it. */
  readonly standsFor: string;
  /** The hazards that it brings about, such as `H14`. */
  readonly hazards: readonly string[];
  /** What else has to change for it: some mistakes are harmless behind a second line of defence. */
  readonly also?: readonly Edit[];
  /** The recipe whose tests notice it, where it is in core and the lock does not use what it changes. */
  readonly noticedBy?: string;
}

/** The list is wrong, rather than what it is applied to. */
export class MutantError extends Error {
  override readonly name = "MutantError";
}

export function editsOf(mutant: Mutant): readonly Edit[] {
  return [mutant, ...(mutant.also ?? [])];
}

/**
 * Whose tests have to notice it: those of the recipes that it is in. For core, and for what is in no package of its own, these
 * are core and the lock.
 */
export function recipesOf(mutant: Mutant): readonly string[] {
  const packages = editsOf(mutant).map(({ file }) => /^packages\/([^/]+)\//.exec(file)?.[1] ?? "core");
  const recipes = packages.flatMap((name) => (name === "core" ? ["core", "lock"] : [name]));
  return mutant.noticedBy === undefined ? [...new Set(recipes)].sort() : [mutant.noticedBy];
}

/** The source with the edit in it. @throws {MutantError} the text is not found exactly once, or stays as it is. */
export function applyEdit(source: string, { file, search, replace }: Edit): string {
  const parts = source.split(search);
  if (search === "" || parts.length !== 2) {
    throw new MutantError(`${file}: found ${search === "" ? "no" : parts.length - 1} times, not once:\n${search}`);
  }
  if (search === replace) throw new MutantError(`${file}: replaced by itself:\n${search}`);
  return parts.join(replace);
}
