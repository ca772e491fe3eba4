import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Delivery } from "../../rehearsal/deliver.ts";
import { freePort } from "../../rehearsal/free-port.ts";
import { createDockerProvider } from "../../rehearsal/providers/docker/provider.ts";
import { attach } from "../../rehearsal/providers/host.ts";
import { ready } from "../../setup/ready.ts";
import { type Ran, run } from "../../setup/run.ts";
import type { Story } from "../../setup/story.ts";
import { type Checkout, copyCheckout } from "./checkout.ts";
import { clearEngine, containersOf, engineHost } from "./engine.ts";
import { type Launched, launch } from "./launch.ts";
import { type PrivateRegistry, startPrivateRegistry } from "./private-registry.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type Script = "start" | "stop" | "rehearse";

/** A checkout with a registry and a port of its own, and the commands of package.json in it. */
export interface TestDelivery extends Checkout {
  readonly registry: PrivateRegistry;
  /** The port on which `dev` is delivered, and its URL. */
  readonly port: number;
  readonly url: string;
  /** Runs one of the commands to its end; fails where that takes too long. */
  run(script: Script, flags?: readonly string[], env?: Environment): Promise<Ran>;
  /** Starts one of the commands. */
  launch(script: Script, flags?: readonly string[], env?: Environment): Launched;
  /** Runs npm itself to its end. */
  npm(args: readonly string[]): Promise<Ran>;
  /** Runs `npm start --json`, which has to end well. */
  deliver(flags?: readonly string[], env?: Environment): Promise<Delivery>;
  /**
   * Runs Pulumi's own CLI on the state of `npm start`, with the stand-ins attached.
   * @param first folders that go first on PATH.
   */
  pulumi(args: readonly string[], first?: readonly string[]): Promise<Ran>;
  /** The resources in the state of `npm start`, by their URNs. */
  resources(): StateResource[];
  /** The containers that this checkout has delivered, also those that have ended. */
  containers(): ReturnType<typeof containersOf>;
  /** Takes away everything that the tests have made. */
  clear(): Promise<void>;
}

/** What a state says of a resource, without what is another text each time. */
export interface StateResource {
  readonly urn: string;
  readonly id: string | undefined;
  readonly modified: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>> | undefined;
  readonly outputs: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Makes a checkout that delivers to this machine's engine by way of a registry of its own, committed on `main`. Failing proofs
 * give up after 4 seconds. Its state is marked as made by the stand-ins, so that the plugins of the machine play no part.
 * @param seconds that a command may take. Default: somewhat less than a test.
 */
export async function prepareDelivery(seconds = 170): Promise<TestDelivery> {
  const [port, registry] = await Promise.all([freePort(), startPrivateRegistry()]);
  const checkout = copyCheckout();
  checkout.configure((config) => {
    const { web } = config["slipway:services"];
    web.registry = { kind: "local", port: registry.port };
    web.target = { ...web.target, port };
    web.proof = { kind: "commit", path: "/", field: "commit", seconds: 4 };
  });
  checkout.commit("The app as it is");
  const workplace = join(checkout.folder, ".slipway", "start", "dev");
  const markStandIns = (): void => {
    mkdirSync(workplace, { recursive: true });
    writeFileSync(join(workplace, "provider"), "stand-in");
  };
  const command = (script: Script, flags: readonly string[]): string[] => [
    "setup/bootstrap.mjs",
    `rehearsal/${script}.ts`,
    ...flags,
  ];
  const delivery: TestDelivery = {
    ...checkout,
    registry,
    port,
    url: `http://localhost:${port}`,
    run: (script, flags, env) => delivery.launch(script, flags, env).endedWithin(seconds),
    launch(script, flags = [], env = {}) {
      markStandIns();
      const options = { cwd: checkout.folder, env: environment(env) };
      return launch("node", command(script, flags), options);
    },
    npm(args) {
      markStandIns();
      const options = { cwd: checkout.folder, env: environment({}) };
      return launch("npm", args, options).endedWithin(seconds);
    },
    async deliver(flags = [], env = {}) {
      const { code, stdout, stderr } = await delivery.run("start", [...flags, "--json"], env);
      if (code !== 0) throw new Error(`npm start ended with ${code}:\n${stderr}`);
      return JSON.parse(stdout) as Delivery;
    },
    async pulumi(args, first = []) {
      const { path } = await ready(["pulumi"], silent);
      const host = await attach({
        docker: createDockerProvider({
          cwd: join(checkout.folder, "infra"),
          env: { ...process.env, DOCKER_HOST: engineHost },
        }),
      });
      try {
        return await run("pulumi", args, {
          cwd: checkout.folder,
          env: {
            ...environment({}),
            PATH: [
              ...first,
              ...path,
              join(checkout.folder, "node_modules", ".bin"),
              process.env.PATH,
            ].join(delimiter),
            PULUMI_BACKEND_URL: pathToFileURL(join(workplace, "state")).href,
            PULUMI_CONFIG_PASSPHRASE: "",
            PULUMI_HOME: join(checkout.folder, ".slipway", "pulumi-home"),
            PULUMI_DEBUG_PROVIDERS: host.debugProviders,
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_STACK: "dev",
            PULUMI_OPTION_CONFIG_FILE: join(workplace, "Pulumi.dev.yaml"),
          },
        });
      } finally {
        await host.close();
      }
    },
    resources() {
      const file = join(workplace, "state", ".pulumi", "stacks", "slipway", "dev.json");
      const { checkpoint } = JSON.parse(readFileSync(file, "utf8"), withoutSalt) as {
        checkpoint: { latest?: { resources?: StateResource[] } };
      };
      const resources = checkpoint.latest?.resources ?? [];
      return resources
        .map(({ urn, id, modified, inputs, outputs }) => ({ urn, id, modified, inputs, outputs }))
        .sort((a, b) => (a.urn < b.urn ? -1 : 1));
    },
    containers: () => containersOf(`localhost:${registry.port}/`),
    async clear() {
      await clearEngine(`localhost:${registry.port}/`);
      await registry.remove();
      checkout.remove();
    },
  };
  return delivery;
}

/** The same secret is encrypted to another text each time. */
function withoutSalt(key: string, value: unknown): unknown {
  return key === "ciphertext" ? "" : value;
}

function environment(more: Environment): Environment {
  return { ...process.env, NO_COLOR: "1", DOCKER_HOST: engineHost, ...more };
}

const silent: Story = {
  step: async (_title, work) => (await work(() => {})).value,
  say() {},
  warn() {},
};
