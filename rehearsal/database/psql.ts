import { once } from "node:events";
import type Docker from "dockerode";

/** By TCP, because the official image's first start answers on its socket already and then goes away again. */
const CLIENT =
  'PGPASSWORD="$POSTGRES_PASSWORD" exec psql --no-psqlrc --pset=pager=off --quiet --tuples-only --no-align --host=127.0.0.1 --username=postgres --command="$1"';

/**
 * Lets the Postgres in a container run SQL as its superuser, and returns what it says.
 * @throws Error with its own words.
 */
export async function psql(container: Docker.Container, sql: string): Promise<string> {
  const exec = await container.exec({
    Cmd: ["sh", "-c", CLIENT, "psql", sql],
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  });
  const stream = await exec.start({ Tty: true, hijack: true });
  let said = "";
  stream.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(stream, "end");
  const { ExitCode: code } = await exec.inspect();
  if (code !== 0) throw new Error(said.trim());
  return said.trim();
}
