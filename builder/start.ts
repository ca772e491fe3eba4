import { BASE_IMAGE } from "../setup/base-image.ts";
import { LOCAL_REGISTRY_PORT } from "../setup/local-registry.ts";
import { type Need, type Ready, ready } from "../setup/ready.ts";
import { type Story, tellOn } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { type Machinery, openService } from "./service.ts";
import { readSettings, type Settings } from "./settings.ts";
import { tellToken } from "./token.ts";
import { untilAskedToStop } from "./until-asked-to-stop.ts";

/**
 * `npm run builder [-- all | api | worker]`: brings what builds need and serves until it is asked to stop. `-- token NAME` makes a
 * token. Its log goes to standard output, what people are told to standard error.
 */
try {
  const [word, ...rest] = process.argv.slice(2);
  if (word === "token") tellToken(rest[0]);
  else await serve(process.argv.slice(2), tellOn(process.stderr));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function serve(args: readonly string[], story: Story): Promise<void> {
  const { settings, notices } = readSettings(process.env, args);
  for (const notice of notices) story.warn(notice);
  await untilAskedToStop(async (signal) => {
    const tools: Partial<Ready<Need>> = await ready(needsOf(settings), story, { signal });
    const here = tools.engine ? { ...settings, engine: tools.engine.host } : settings;
    const machinery: Machinery = {
      buildctl: tools.buildctl ?? "",
      builderImage: tools["builder-image"] ?? "",
      heldImages: [BASE_IMAGE],
    };
    const service = await openService(here, async () => machinery);
    story.say("Builder", `${service.address ?? "building"}, pushes to ${settings.registry.prefix}`);
    return service;
  });
}

/** The registry of this machine is brought where images go to it; an engine where no other BuildKit builds. */
function needsOf({ role, registry, buildkitHost }: Settings): Need[] {
  if (role === "api") return [];
  return [
    "buildctl",
    ...(buildkitHost === undefined ? (["engine", "base-image", "builder-image"] as const) : []),
    ...(registry.prefix === `localhost:${LOCAL_REGISTRY_PORT}` ? (["registry"] as const) : []),
  ];
}
