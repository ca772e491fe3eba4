import { join } from "node:path";
import type { Evidence } from "./canary.ts";
import type { CloudCheckout } from "./cloud-checkout.ts";
import { containersOf } from "./engine.ts";
import { containersFrom, contentOf, filesBelow } from "./evidence.ts";
import { type Watched, watch } from "./watch.ts";

/** The secrets of a trial. */
export interface Secrets {
  /** The app's, one after the other. */
  readonly token: string;
  readonly nextToken: string;
  /** The token with which images are pushed to Docker Hub, and pulled from there. */
  readonly hub: string;
  /** What the environment of the commands has for logins. */
  readonly environment: string;
}

/** What the runs of one stack have told and left. */
export interface Trial {
  /** The values of `TOKEN` that the app had after each run. */
  readonly tokens: readonly (string | undefined)[];
  /** Both streams of each command, and the events of `pulumi up`. */
  readonly told: readonly Evidence[];
  readonly containers: readonly Evidence[];
  /** What stood after each run in what the rehearsals of this checkout keep, but for what plays the stores of the clouds. */
  readonly files: readonly Evidence[];
  readonly watched: Watched;
}

type Run = ReturnType<CloudCheckout["rehearse"]>;

/**
 * Rehearses a stack, gives its app another line and another secret by way of Pulumi's CLI, and breaks the app, which then ends
 * with its secret for its last word.
 * @param temporary the folder for the temporary files of the commands.
 * @throws Error when a run ends otherwise than it should.
 */
export async function tryOut(
  at: CloudCheckout,
  stack: string,
  secrets: Secrets,
  temporary: string,
): Promise<Trial> {
  const env = commandEnvironment(secrets, temporary);
  const log = join(at.folder, ".slipway", "events.json");
  const images = `localhost:${at.registry.port}/`;
  const tokens: (string | undefined)[] = [];
  const told: Evidence[] = [];
  const containers: Evidence[] = [];
  const files: Evidence[] = [];
  const gather = async (what: string, isGood: boolean, run: Run): Promise<void> => {
    const { code, stdout, stderr } = await run;
    if ((code === 0) !== isGood) throw new Error(`${what} ended with ${code}:\n${stdout}${stderr}`);
    told.push(
      { where: `${what}: stdout`, content: stdout },
      { where: `${what}: stderr`, content: stderr },
      { where: `${what}: events`, content: contentOf(log) ?? "" },
    );
    containers.push(...(await containersFrom(images)));
    files.push(...filesBelow(join(at.folder, ".slipway"), (path) => !/^cloud[/\\]/.test(path)));
    const [running] = await containersOf(images);
    tokens.push(running?.Config.Env.find((each) => each.startsWith("TOKEN="))?.slice(6));
  };
  const change = (token: string, file: string, text: (before: string) => string): void => {
    configure(at, stack, { token, hub: secrets.hub });
    at.edit(`app/src/${file}`, text);
    at.commit(`${file} of ${stack}`);
  };
  const preview = ["pulumi", "preview", "--json", "--diff", "--stack", stack];
  const up = ["pulumi", "up", "--yes", "--stack", stack, "--event-log", log];
  const watching = watch(temporary);

  change(secrets.token, "main.py", (text) => `${text}\n# ${stack}\n`);
  await gather("rehearse", true, at.rehearse(["--stack", stack], env));
  change(secrets.nextToken, "main.py", (text) => `${text}\n# again\n`);
  await gather("preview", true, at.played(preview, env));
  await gather("up", true, at.played(up, env));
  const good = at.head();
  change(secrets.nextToken, "serve.py", () => 'import os\n\nexit(os.environ["TOKEN"])\n');
  await gather("broken up", false, at.played(up, env));
  await gather("broken rehearse", false, at.rehearse(["--stack", stack], env));
  at.git("reset", "--quiet", "--hard", good);
  return { tokens, told, containers, files, watched: watching.end() };
}

function commandEnvironment({ environment }: Secrets, temporary: string): Record<string, string> {
  const key = { type: "service_account", client_email: "ci@localhost", private_key: environment };
  return {
    TMPDIR: temporary,
    // Without it there is no --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
    DOCKERHUB_USERNAME: "slipway",
    DOCKERHUB_PASSWORD: environment,
    DOCKER_HUB_USER: "slipway",
    DOCKER_HUB_KEY: environment,
    GCP_SERVICE_KEY: JSON.stringify(key),
    // The one of AWS's own documents.
    // pragma: allowlist nextline secret
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: environment,
  };
}

/** Gives the app of a stack a secret, and Docker Hub, where the stack pushes to it, a token. */
function configure(
  at: CloudCheckout,
  stack: string,
  secrets: { token: string; hub: string },
): void {
  const { token, hub } = secrets;
  const login = { private: true, username: "slipway", token: { secret: "hub" } };
  at.configure((config) => {
    const { web } = config["slipway:services"];
    const isHub = web.registry.kind === "docker-hub";
    config["slipway:secrets"] = { token, ...(isHub && { hub }) };
    web.env = { TOKEN: { secret: "token" } };
    if (isHub) web.registry = { ...web.registry, ...login };
  }, stack);
}
