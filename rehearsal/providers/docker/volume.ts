import { bridgedType } from "../bridge/bridged-type.ts";
import { block, map, type Schema, set, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { labelsOf } from "./container-fields.ts";
import { isMissing } from "./engine.ts";
import { retryWhile } from "./retry.ts";
import type { Session } from "./session.ts";
import { withoutCluster } from "./unsupported.ts";

// `docker.Volume`: a named volume; one that is there already is adopted.

const schema: Schema = {
  name: text({ replaces: true }),
  driver: text({ replaces: true, computed: true }),
  driverOpts: map({ replaces: true }),
  labels: set(block({ label: text({ required: true }), value: text({ required: true }) }), {
    replaces: true,
  }),
  cluster: withoutCluster,
  mountpoint: text({ output: true }),
};

/** Makes the type for one configuration of the provider. */
export function volumeType({ docker }: Session): ResourceType {
  const read = async (id: string, state: Properties): Promise<Properties | undefined> => {
    const found = await docker
      .getVolume(id)
      .inspect()
      .catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
    if (!found) return undefined;
    const labels = Object.entries(found.Labels ?? {}).map(([label, value]) => ({ label, value }));
    return {
      ...state,
      name: found.Name,
      driver: found.Driver,
      mountpoint: found.Mountpoint,
      ...(labels.length > 0 && { labels }),
      ...(found.Options && { driverOpts: found.Options }),
    };
  };
  return bridgedType({
    schema,
    autonamed: true,
    importable: true,
    deleteBeforeReplace: "explicit name",
    async create(planned) {
      const id = String(planned.name);
      await docker.createVolume({
        Name: id,
        ...(planned.driver && { Driver: String(planned.driver) }),
        ...(planned.driverOpts && { DriverOpts: planned.driverOpts as Record<string, string> }),
        Labels: labelsOf(planned.labels),
      });
      return { id, state: (await read(id, planned)) ?? planned };
    },
    read,
    delete: (id, _state, call) =>
      retryWhile("is in use", call.signal, async () => {
        await docker.getVolume(id).remove({ force: true });
      }),
  });
}
