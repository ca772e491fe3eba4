import { join } from "node:path";
import type Docker from "dockerode";
import { freePort } from "../rehearsal/free-port.ts";
import { copyCheckout } from "./checkout-copy.ts";
import { byRatio, type Comparison } from "./comparison.ts";
import { interleave } from "./interleave.ts";
import type { Taking } from "./measure-preview.ts";
import { deliverRaw, type RawDelivery } from "./raw-delivery.ts";
import { timedPulumi } from "./timed-pulumi.ts";
import type { Workbench } from "./workbench.ts";

/**
 * `pulumi up` after a committed change of one line of the app, against an empty `up` and the same delivery by hand. Each side
 * has a change of its own, which no build has seen.
 */
export async function updateAgainstRaw(bench: Workbench, taking: Taking): Promise<Comparison[]> {
  const { env, copy, ours, empty } = bench;
  const { rounds, signal, told } = taking;
  const up = ["up", "--yes", "--skip-preview"];
  const raw = await rawDelivery(bench);
  let container: string | undefined;
  const taken = await interleave(
    rounds,
    {
      ours: async () => {
        await copy.changeOneLine();
        return timedPulumi(ours, up, { env, signal });
      },
      raw: async () => {
        await raw.copy.changeOneLine();
        const seconds = await timedPulumi(empty, up, { env, signal });
        const began = performance.now();
        container = await deliverRaw(raw, container);
        return seconds + (performance.now() - began) / 1_000;
      },
    },
    told,
  );
  return [byRatio("up, one line changed : an empty up and by hand", 1.2, taken.ours, taken.raw)];
}

async function rawDelivery({ engine, folder, name, registry }: Workbench): Promise<RawDelivery> {
  const copy = await copyCheckout(join(folder, "raw"));
  const port = await freePort();
  const container = await containerLike(engine, name, port);
  const repository = `${registry}/raw`;
  const createdAt = new Date().toISOString();
  return { engine, repository, copy, branch: "main", createdAt, container, port };
}

/** The container that this project's program has made, on another port: the same limits, variables, labels and mounts. */
async function containerLike(
  engine: Docker,
  stack: string,
  port: number,
): Promise<Docker.ContainerCreateOptions> {
  const [found] = await engine.listContainers({ filters: { label: [`slipway.stack=${stack}`] } });
  if (!found) throw new Error(`stack ${stack}: its container is not running`);
  const { Config, HostConfig } = await engine.getContainer(found.Id).inspect();
  const baked = new Set((await engine.getImage(found.ImageID).inspect()).Config.Env);
  const bindings: Readonly<Record<string, object>> = HostConfig.PortBindings;
  return {
    Env: Config.Env.filter((variable) => !baked.has(variable)),
    Labels: { "slipway.stack": stack },
    ExposedPorts: Config.ExposedPorts ?? {},
    HostConfig: {
      ...HostConfig,
      PortBindings: Object.fromEntries(
        Object.keys(bindings).map((key) => [
          key,
          [{ HostIp: "127.0.0.1", HostPort: String(port) }],
        ]),
      ),
    },
  };
}
