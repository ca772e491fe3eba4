import { createHash, randomUUID } from "node:crypto";
import { removeWorkload } from "../../platform/workload.ts";
import type { Properties } from "../../values.ts";
import type { GoogleSession } from "../session.ts";

/** What ends the names of a service's containers: revisions of one name may stand in several checkouts at once. */
export function instanceSuffix({ cloud }: GoogleSession, spec: Properties): string {
  cloud.create("gcp/run-place", "id", { id: randomUUID() });
  const { id = "" } = cloud.get<{ id: string }>("gcp/run-place", "id") ?? {};
  const place = `${id}/${spec.project}/${spec.location}`;
  return createHash("sha256").update(place).digest("hex").slice(0, 8);
}

/** Removes the containers of a service but for one; also those that a killed run has left. */
export async function removeInstances(
  session: GoogleSession,
  spec: Properties,
  kept?: string,
): Promise<void> {
  const engine = await session.engine();
  const found = await engine.listContainers({
    all: true,
    filters: {
      label: [`slipway.service=${spec.name}`],
      name: [`-${instanceSuffix(session, spec)}$`],
    },
  });
  await Promise.all(
    found.filter(({ Id }) => Id !== kept).map(({ Id }) => removeWorkload(engine, Id)),
  );
}
