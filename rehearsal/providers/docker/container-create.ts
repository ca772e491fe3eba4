import type Docker from "dockerode";
import type { Call } from "../provider.ts";
import { InitError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { waitUntilHealthy } from "./container-health.ts";
import { joinNetworks } from "./container-networks.ts";
import { containerOptions } from "./container-options.ts";
import { containerState } from "./container-state.ts";
import { uploadFiles } from "./container-uploads.ts";
import { tried } from "./engine.ts";
import { findImage } from "./local-image.ts";
import type { Session } from "./session.ts";

// The creation of a container, up to the moment when it runs, is healthy or has ended, as asked for.

/** Creates it; once the engine has made it, a failure is an `InitError` that keeps its id. */
export async function createContainer(
  session: Session,
  planned: Properties,
  call: Call,
): Promise<{ id: string; state: Properties }> {
  const image = session.keptAs(String(planned.image));
  await findImage(
    session,
    image,
    planned.platform ? String(planned.platform) : undefined,
    call,
  ).catch((error: Error) => {
    throw tried(`unable to create a container with image ${planned.image}`, error);
  });
  const container = await session.docker
    .createContainer(containerOptions({ ...planned, image }))
    .catch((error: Error) => {
      throw tried("unable to create the container", error);
    });
  try {
    await joinNetworks(session.docker, container, planned);
    await uploadFiles(container, planned.uploads, session.cwd);
    const containerLogs =
      planned.start === false ? undefined : await start(container, planned, call);
    const found = await container.inspect();
    const state = containerState(
      containerLogs === undefined ? planned : { ...planned, containerLogs },
      named(found, session, planned),
    );
    return { id: container.id, state };
  } catch (error) {
    // The container is there: losing its id would leave it behind for ever.
    const { message } = tried("the container was created, but did not come up", error as Error);
    throw new InitError(container.id, planned, message, { cause: error });
  }
}

/** A container as the engine has it, but with the name of its image that was asked for. */
export function named(
  found: Docker.ContainerInspectInfo,
  session: Pick<Session, "keptAs">,
  { image }: Properties,
): Docker.ContainerInspectInfo {
  const asked = String(image ?? "");
  if (asked === "" || found.Config.Image !== session.keptAs(asked)) return found;
  return { ...found, Config: { ...found.Config, Image: asked } };
}

/** Starts it and, as far as asked for, waits for its health or its end; returns its output if that is kept. */
async function start(
  container: Docker.Container,
  planned: Properties,
  call: Call,
): Promise<string | undefined> {
  await container.start().catch((error: Error) => {
    throw tried("unable to start the container", error);
  });
  if (planned.wait === true) await waitUntilHealthy(container, Number(planned.waitTimeout), call);
  if (planned.attach !== true) return undefined;
  await container.wait({ abortSignal: call.signal });
  if (planned.logs !== true) return undefined;
  const output = (await container.logs({
    stdout: true,
    stderr: true,
    follow: false,
  })) as unknown as Buffer;
  return planned.tty === true ? output.toString() : withoutFrames(output);
}

/** The engine puts eight bytes before each piece of output, the last four of them its length. */
function withoutFrames(output: Buffer): string {
  let text = "";
  for (let at = 0; at + 8 <= output.length; ) {
    const end = at + 8 + output.readUInt32BE(at + 4);
    text += output.subarray(at + 8, end).toString();
    at = end;
  }
  return text;
}
