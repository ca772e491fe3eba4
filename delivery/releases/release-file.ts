import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { isMap, parseDocument } from "yaml";
import { UserError } from "../../setup/user-error.ts";
import type { Stack } from "../state/stack.ts";

/**
 * Lends a copy of a stack file that asks for earlier releases, so that the checkout stays as it is. The copy is in a folder
 * that only this user may enter, and gone when the work is over.
 * @param commits the commits by the services' names; a service that is not among them is left out of the copy.
 * @throws UserError when there is no stack file, or when it is no map.
 */
export async function withReleaseFile<T>(
  { file, name }: Stack,
  commits: Readonly<Record<string, string>>,
  work: (copy: string) => Promise<T>,
): Promise<T> {
  if (!existsSync(file)) {
    throw new UserError(
      `stack ${name}: there is no ${basename(file)}; call this in the project's folder`,
    );
  }
  const text = withReleases(readFileSync(file, "utf8"), basename(file), commits);
  // Made for this user alone (0700), as POSIX has it for mkdtemp.
  const folder = mkdtempSync(join(tmpdir(), "slipway-release-"));
  try {
    const copy = join(folder, basename(file));
    writeFileSync(copy, text, { mode: 0o600 });
    return await work(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withReleases(
  text: string,
  file: string,
  commits: Readonly<Record<string, string>>,
): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new UserError(`${file}: is no map in YAML; mend it`);
  }
  const services = document.getIn(["config", "slipway:services"]);
  const names = isMap(services) ? services.items.map(({ key }) => String(key)) : [];
  for (const name of names.filter((name) => !Object.hasOwn(commits, name))) {
    document.deleteIn(["config", "slipway:services", name]);
  }
  document.setIn(["config", "slipway:release"], document.createNode({ ...commits }));
  return document.toString({ lineWidth: 0 });
}
