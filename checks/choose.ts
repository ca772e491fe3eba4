import { UserError } from "../setup/user-error.ts";

/** Those of a list that are named, in the list's order; all when no name is given. A name that is not there is a mistake. */
export function choose<T extends { readonly name: string }>(
  list: readonly T[],
  names: readonly string[],
  what: string,
): readonly T[] {
  const unknown = names.find((name) => !list.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new UserError(
      `${what}: there is no "${unknown}"; choose from ${list.map(({ name }) => name).join(", ")}`,
    );
  }
  return names.length === 0 ? list : list.filter(({ name }) => names.includes(name));
}
