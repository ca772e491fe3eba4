import type Docker from "dockerode";
import type { Properties } from "../values.ts";

// The end of a container.

/** Stops it, with as many seconds of grace as it was given (none by default), and removes it; one that is gone is fine. */
export async function removeContainer(
  container: Docker.Container,
  state: Properties,
): Promise<void> {
  if (state.attach !== true) {
    await container.stop({ t: Number(state.destroyGraceSeconds ?? 0) }).catch(ignore(304, 404));
  }
  const gone = await container
    .remove({ force: true, v: state.removeVolumes !== false })
    .catch(ignore(404, 409));
  // 409: the engine is removing it already, as it does with `rm`.
  if (gone === 409) await container.wait({ condition: "removed" }).catch(ignore(404));
}

function ignore(...codes: number[]): (error: { statusCode?: number }) => number {
  return (error) => {
    if (error.statusCode !== undefined && codes.includes(error.statusCode)) return error.statusCode;
    throw error;
  };
}
