import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Log } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { hasUnknowns, isProperties, type Properties, UNKNOWN } from "../values.ts";
import { contextDigest } from "./context.ts";
import { parseReference } from "./reference.ts";

// The check of `docker.Image`: fills in its defaults and the digest of the build context, refuses what could not be built or pushed.

const BUILDERS = ["BuilderV1", "BuilderBuildKit"];

/** The inputs with context, dockerfile, platform and `contextDigest` filled in; throws `RuleError`. */
export async function checkImage(news: Properties, cwd: string, log: Log): Promise<Properties> {
  if (news.imageName === undefined) throw new RuleError("imageName: required");
  const given = isProperties(news.build) ? news.build : {};
  if (news.build === UNKNOWN) return news;
  const context = given.context ?? ".";
  const build: Properties = {
    ...given,
    context,
    dockerfile: given.dockerfile ?? join(context === UNKNOWN ? "." : String(context), "Dockerfile"),
    platform: given.platform ?? defaultPlatform(log),
  };
  checkBuilder(build);
  checkCacheFrom(build);
  await checkDockerfile(build, cwd);
  checkName(news, build);
  if (!hasUnknowns([context, build.dockerfile as string])) {
    build.contextDigest = await contextDigest({
      cwd: cwd,
      context: String(context),
      dockerfile: String(build.dockerfile),
    });
  }
  return { ...news, build };
}

function defaultPlatform(log: Log): string {
  const platform = `linux/${{ x64: "amd64" }[process.arch as string] ?? process.arch}`;
  log.info(
    `Building your image for ${platform} architecture.\nTo ensure you are building for the correct platform, consider explicitly setting the \`platform\` field on ImageBuildOptions.`,
  );
  return platform;
}

function checkBuilder({ builderVersion }: Properties): void {
  if (
    builderVersion === undefined ||
    builderVersion === UNKNOWN ||
    BUILDERS.includes(String(builderVersion))
  )
    return;
  throw new RuleError(
    `build.builderVersion: "${builderVersion}" is not a builder; use ${BUILDERS.join(" or ")}`,
  );
}

function checkCacheFrom({ cacheFrom }: Properties): void {
  if (cacheFrom === undefined || cacheFrom === UNKNOWN) return;
  if (!isProperties(cacheFrom) || cacheFrom.images === undefined) {
    throw new RuleError("build.cacheFrom: it has no images; list them as {images: [...]}");
  }
}

async function checkDockerfile({ context, dockerfile }: Properties, cwd: string): Promise<void> {
  if (dockerfile === UNKNOWN) return;
  const there = (path: string): Promise<boolean> =>
    access(resolve(cwd, path)).then(
      () => true,
      () => false,
    );
  if (await there(String(dockerfile))) return;
  const inContext = join(String(context), String(dockerfile));
  const hint =
    context !== UNKNOWN && (await there(inContext))
      ? `did you mean ${inContext}? The path is relative to the program, not to the context`
      : "set build.dockerfile to a file, relative to the program";
  throw new RuleError(
    `build.dockerfile: could not open dockerfile at relative path ${dockerfile}; ${hint}`,
  );
}

/** A name that Docker would complete in thought cannot be pushed, nor its cache pulled, without saying from where. */
function checkName(news: Properties, build: Properties): void {
  if (news.imageName === UNKNOWN) return;
  const name = String(news.imageName);
  const { canonical } = parseReference(name);
  const server = (isProperties(news.registry) ? news.registry.server : news.registry) ?? "";
  const reaches = news.skipPush !== true || build.cacheFrom !== undefined;
  if (reaches && server === "" && !canonical) {
    throw new RuleError(
      `imageName: "${name}" must be a fully qualified name; write its registry and repository in full, such as docker.io/user/app`,
    );
  }
}
