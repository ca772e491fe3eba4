import type Docker from "dockerode";
import { bridgedType, type Update } from "../bridge/bridged-type.ts";
import type { Call, ResourceType } from "../provider.ts";
import { InitError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { createContainer, named } from "./container-create.ts";
import { LIMITS, resourceLimits } from "./container-limits.ts";
import { removeContainer } from "./container-remove.ts";
import { containerSchema } from "./container-schema.ts";
import { containerState } from "./container-state.ts";
import { isMissing, tried } from "./engine.ts";
import type { Session } from "./session.ts";

// `docker.Container`: a container of the engine from its creation to its removal.

/** Makes the type for one configuration of the provider. */
export function containerType(session: Session): ResourceType {
  const { docker } = session;
  return bridgedType({
    schema: containerSchema,
    autonamed: true,
    deleteBeforeReplace: "always",
    importable: true,
    create: (planned, call) => createContainer(session, planned, call),
    async read(id, state) {
      const found = await inspect(docker.getContainer(id));
      return found && containerState(state, named(found, session, state));
    },
    update: (update, call) => updateContainer(session, update, call),
    delete: (id, state) => removeContainer(docker.getContainer(id), state),
  });
}

async function updateContainer(
  session: Session,
  { id, planned, changed, state }: Update,
  call: Call,
): Promise<Properties> {
  const container = session.docker.getContainer(id);
  if (changed.some((name) => LIMITS.includes(name))) {
    call.log.progress("updating its limits");
    await container.update(resourceLimits(planned)).catch((error: Error) => {
      throw tried("unable to update the container", error);
    });
  }
  const starts = changed.includes("mustRun") && planned.mustRun === true && planned.start !== false;
  if (starts) {
    await container.start().catch((error: Error) => {
      throw new InitError(
        id,
        { ...planned, mustRun: state.mustRun ?? false },
        tried("unable to start the container", error).message,
      );
    });
  }
  return containerState(planned, named(await container.inspect(), session, planned));
}

async function inspect(
  container: Docker.Container,
): Promise<Docker.ContainerInspectInfo | undefined> {
  return container.inspect().catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}
