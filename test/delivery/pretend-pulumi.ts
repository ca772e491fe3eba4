import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { World } from "./fake-pulumi.ts";
import { imageOf, lockWords, releaseOf } from "./releases.ts";

type Config = Record<string, unknown> & {
  "slipway:services"?: Record<string, unknown>;
  "slipway:release"?: string | Record<string, string>;
};

/** Answers as Pulumi's CLI with Slipway's program would, out of a world in a file, and logs how it was called. */
export async function pretend(worldFile: string, log: string): Promise<void> {
  const args = process.argv.slice(2).flatMap((arg) => arg.split(/(?<=^--stack)=/));
  const world = JSON.parse(readFileSync(worldFile, "utf8")) as World;
  const at = args.indexOf("--stack");
  const name = (at < 0 ? process.env.PULUMI_STACK : args[at + 1]) ?? world.selected ?? "";
  const file = args.includes("--config-file")
    ? (args[args.indexOf("--config-file") + 1] ?? "")
    : `Pulumi.${name}.yaml`;
  const config = args[0] === "stack" || !existsSync(file) ? {} : await configOf(file);
  appendFileSync(log, `${JSON.stringify(callOf(process.argv.slice(2), file, config))}\n`);

  const stack = world.stacks[name];
  if (args.join(" ") === "stack --show-name") answer(world.selected ?? "");
  else if (stack === undefined) {
    process.stderr.write(`error: no stack named '${name}' found\n`);
    process.exitCode = 6;
  } else if (args[0] === "config") answer(settings(config));
  else if (args[1] === "history") answer(stack.updates);
  else if (args[1] === "export") answer({ version: 3, deployment: deployment(stack) });
  else if (args[1] === "tag") {
    tag(stack, args.slice(2));
    if (args[2] === "set") overtake(world, stack, "tag");
    writeFileSync(worldFile, JSON.stringify(world));
  } else if (args.includes("preview") || args.includes("refresh")) {
    preview(world, stack);
    writeFileSync(worldFile, JSON.stringify(world));
  } else if (world.locked) {
    process.stderr.write(`something else\n${lockWords}`);
    process.exitCode = 255;
    writeFileSync(worldFile, JSON.stringify({ ...world, locked: world.locked - 1 }));
  } else if (world.refusesWith === undefined) {
    process.exitCode = update(world, stack, config) ? 0 : 255;
    if (world.lockedAfter !== undefined && --world.lockedAfter === 0) world.locked = 99;
    writeFileSync(worldFile, JSON.stringify(world));
  } else process.exitCode = world.refusesWith;
}

type Stack = World["stacks"][string];

function preview(world: World, stack: Stack): void {
  const { plan = [], unplannable } = world;
  const diagnostics = unplannable ? [{ message: unplannable, severity: "error" }] : [];
  answer({ steps: plan, diagnostics });
  process.exitCode = unplannable ? 255 : 0;
  overtake(world, stack, "preview");
}

/** Somebody else does something to the stack, once. */
function overtake(world: World, stack: Stack, at: "preview" | "tag"): void {
  const { during = "preview", commit } = world.overtakes ?? {};
  if (world.overtakes === undefined || during !== at) return;
  delete world.overtakes;
  if (commit === undefined) record(stack, "refresh", true);
  else update({ ...world, head: commit }, stack, { "slipway:services": stack.outputs });
}

function tag(stack: Stack, [verb, name = "", value = ""]: readonly string[]): void {
  stack.tags ??= {};
  if (verb === "set") stack.tags[name] = value;
  if (verb === "rm") delete stack.tags[name];
  if (verb === "ls") answer(stack.tags);
}

/** One `up`, in which a service is tried as soon as its image is there, and the outputs only follow when all are proven. */
function update(world: World, stack: Stack, config: Config): boolean {
  const services = Object.keys(config["slipway:services"] ?? {});
  const release = config["slipway:release"];
  const commits = services.map((service) => {
    const asked = typeof release === "string" ? release : release?.[service];
    return [service, asked ?? world.head] as const;
  });
  for (const service of Object.keys(stack.tried)) {
    if (!services.includes(service)) delete stack.tried[service];
  }
  const built = commits.filter(([, commit]) => !world.unbuildable.includes(commit));
  for (const [service, commit] of built) stack.tried[service] = imageOf(commit, service);
  const isGood = commits.every(
    ([, commit]) => !world.unbuildable.includes(commit) && !world.broken.includes(commit),
  );
  record(stack, "update", isGood);
  if (!isGood) return false;
  const before = stack.outputs as Record<string, { commit: string; previous?: string }>;
  stack.outputs = Object.fromEntries(
    commits.map(([service, commit]) => {
      const was = before[service];
      const previous = was?.commit === commit ? was.previous : was?.commit;
      const image = imageOf(commit, service);
      return [service, releaseOf(commit, { image, ...(previous && { previous }) })];
    }),
  );
  return true;
}

function record({ updates }: Stack, kind: string, isGood: boolean): void {
  const startTime = `2026-03-01T12:00:00.${updates.length}Z`;
  updates.unshift({ kind, startTime, result: isGood ? "succeeded" : "failed" });
}

function deployment({ tried, outputs }: Stack) {
  const urn = "urn:pulumi:production::slipway::";
  return {
    resources: [
      {
        urn: `${urn}pulumi:pulumi:Stack::slipway-production`,
        type: "pulumi:pulumi:Stack",
        outputs,
      },
      ...Object.entries(tried).map(([service, image]) => ({
        urn: `${urn}slipway:index:Service::${service}`,
        type: "slipway:index:Service",
        outputs: { image, attempt: 1 },
      })),
    ],
  };
}

/** A stack file's values as `pulumi config --json --show-secrets` prints them; `secure` is not secret here. */
function settings(config: Config) {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const text = JSON.stringify(value);
      const plain = JSON.parse(text, (_, item) => item?.secure ?? item) as unknown;
      const secret = text.includes('"secure"');
      return typeof value === "object"
        ? [key, { value: JSON.stringify(plain), objectValue: plain, secret }]
        : [key, { value: String(value), secret }];
    }),
  );
}

async function configOf(file: string): Promise<Config> {
  const { parse } = await import("yaml");
  return ((parse(readFileSync(file, "utf8")) ?? {}) as { config?: Config }).config ?? {};
}

function callOf(args: readonly string[], file: string, config: Config) {
  const told = /^(?:SLIPWAY_|PULUMI_|GOOGLE_|AWS_|BITBUCKET_STEP_)/;
  return {
    args,
    folder: process.cwd(),
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => told.test(name))),
    ...(["up", "preview"].includes(args[0] ?? "") && {
      config,
      configFile: file,
      mode: (statSync(dirname(file)).mode & 0o777).toString(8),
    }),
  };
}

function answer(value: unknown): void {
  process.stdout.write(typeof value === "string" ? `${value}\n` : JSON.stringify(value));
}
