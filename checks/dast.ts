import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "../setup/open-engine.ts";
import { type Need, type Ready, ready } from "../setup/ready.ts";
import { tellOn } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { withAppContainer } from "./app-container.ts";
import { withBuilderApp } from "./builder-app.ts";
import { builderConfig } from "./builder-schemathesis.ts";
import { choose } from "./choose.ts";

/**
 * `npm run dast [-- app | builder]`: lets schemathesis ask the app, from its image, and the builder's API whatever their OpenAPI
 * documents allow, and what they do not. Fails when an answer is a 5xx or is not as described. The same requests are made each time.
 */

const app = join(import.meta.dirname, "..", "app");

/** As a program asks, and as a browser does: the app answers each in its own form. */
const ACCEPT = ["application/json", "text/html"];

/** What can be asked, and what that needs. */
const services = [
  { name: "app", needs: ["engine", "base-image"], ask: askApp },
  { name: "builder", needs: [], ask: askBuilder },
] as const;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

// Schemathesis keeps what it found in the folder it is run in.
const folder = mkdtempSync(join(tmpdir(), "slipway-dast-"));
try {
  const chosen = choose(services, process.argv.slice(2), "npm run dast");
  const needs: Need[] = ["check-tools", ...chosen.flatMap(({ needs }) => needs)];
  const tools = await ready(needs, tellOn(process.stderr), { signal: stop.signal });
  for (const { ask } of chosen) await ask(tools);
  process.stderr.write("dast: passed\n");
} catch (error) {
  if (!(error instanceof UserError) && !stop.signal.aborted) throw error;
  process.stderr.write(`${error instanceof UserError ? error.message : "dast: interrupted"}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function askApp(tools: Ready<Need>): Promise<void> {
  const document = ["run", join(app, "openapi.yaml")];
  await withAppContainer(openEngine(tools.engine.host), app, async ({ url, logs }) => {
    for (const accept of ACCEPT) {
      const args = [...document, "--url", url, "--header", `Accept: ${accept}`];
      if (await isAsDescribed(tools, args)) continue;
      throw new UserError(
        `dast: the app does not answer as app/openapi.yaml says; mend either. It printed:\n${await logs()}`,
      );
    }
  });
}

async function askBuilder(tools: Ready<Need>): Promise<void> {
  await withBuilderApp(async ({ url, build, logs }) => {
    const options = ["--config-file", builderConfig(folder, build)];
    const document = ["run", `${url}/openapi.json`, "--url", url];
    // Streams go on for as long as somebody listens.
    const args = [...options, ...document, "--exclude-path-regex", "events$"];
    if (await isAsDescribed(tools, args)) return;
    throw new UserError(
      `dast: the builder does not answer as its /openapi.json says; mend either. It logged:\n${logs()}`,
    );
  });
}

function isAsDescribed(tools: Ready<Need>, asked: readonly string[]): Promise<boolean> {
  const args = [
    ...asked,
    ...["--checks", "all", "--max-examples", "100", "--request-timeout", "10"],
    // The paths that lead nowhere are described, and asked for on purpose.
    ...["--generation-deterministic", "--warnings", "off", "--no-color"],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(join(tools["check-tools"], "schemathesis"), args, {
      cwd: folder,
      stdio: ["ignore", "inherit", "inherit"],
      signal: stop.signal,
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0));
  });
}
