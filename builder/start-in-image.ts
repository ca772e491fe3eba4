import { tmpdir } from "node:os";
import { BASE_IMAGE } from "../setup/base-image.ts";
import { tellOn } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { keepCertificates } from "./engine-certificates.ts";
import { machineryElsewhere } from "./machinery-elsewhere.ts";
import { openService } from "./service.ts";
import { readSettings } from "./settings.ts";
import { untilAskedToStop } from "./until-asked-to-stop.ts";

/** Seconds for builds that run when the container is stopped: engines end it for good after ten. */
const GRACE = 2;

/** What the builder's image runs: the service in the role BUILDER_ROLE, on an engine elsewhere, without a set-up of this machine. */
try {
  await serve();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function serve(): Promise<void> {
  const story = tellOn(process.stderr);
  const env = keepCertificates(process.env, tmpdir());
  // Whatever asks the engine finds them there, and what it starts need not have the key.
  process.env = { ...env };
  const { settings, notices } = readSettings(env, [env.BUILDER_ROLE || "all"]);
  if (!env.REGISTRY && !env.DOCKERHUB_USERNAME) {
    throw new UserError(
      "REGISTRY: required, because this container's own localhost has no registry; name one, or Docker Hub by DOCKERHUB_USERNAME and DOCKERHUB_PASSWORD",
    );
  }
  for (const notice of notices) story.warn(notice);
  await untilAskedToStop(async (signal) => {
    const machinery = () => machineryElsewhere(settings, [BASE_IMAGE], story, signal);
    const service = await openService(settings, machinery, GRACE);
    story.say("Builder", `${service.address ?? "building"}, pushes to ${settings.registry.prefix}`);
    return service;
  });
}
