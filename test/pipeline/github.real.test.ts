import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type CloudCheckout, prepareCloudCheckout } from "../rehearsal/cloud-checkout.ts";
import type { Job, Workflow } from "./github.ts";

// The jobs that preview and deliver, command by command as a runner would call them, on this machine. Nothing is set of what
// they are given by variables and secrets: clouds are played.

let at: CloudCheckout;
let api: Server;
const asked: string[] = [];

beforeAll(async () => {
  at = await prepareCloudCheckout();
  expect((await at.played(["pulumi", "stack", "init", "production"])).code).toBe(0);
  api = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const head = { ref: "feature/x", repo: { full_name: "acme/shop" } };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(request.url?.includes("/pulls?") ? [{ number: 12, head }] : []));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  api?.close();
  await at?.takeDown("staging", "production");
  await at?.clear();
});

/** Calls every command of a job, each of which has to end well. */
async function run(file: string, id: string, branch: string, stack = "") {
  const { port } = api.address() as AddressInfo;
  const runner = {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: `http://127.0.0.1:${port}`,
    GITHUB_EVENT_NAME: "push",
    GITHUB_GRAPHQL_URL: `http://127.0.0.1:${port}/graphql`,
    GITHUB_REF_NAME: branch,
    GITHUB_REF_TYPE: "branch",
    GITHUB_REPOSITORY: "acme/shop",
    GITHUB_RUN_ID: "4711",
    GITHUB_RUN_NUMBER: "7",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_SHA: at.head(),
    GITHUB_STEP_SUMMARY: join(at.folder, ".slipway", "summary.md"),
  };
  const text = readFileSync(join(at.folder, ".github", "workflows", file), "utf8");
  const job = (parse(text) as Workflow).jobs[id] as Job;
  for (const { run: command, env } of job.steps ?? []) {
    if (command === undefined) continue;
    const given = Object.entries({ ...job.env, ...env }).map(([name, value]) => [
      name,
      value.includes("matrix.stack") ? stack : value.includes("github.token") ? "token" : "",
    ]);
    const { code, stdout, stderr } = await at.played(["bash", "-e", "-c", command], {
      ...runner,
      ...Object.fromEntries(given),
    });
    expect([command, code, code === 0 ? "" : stdout.slice(0, 2_000) + stderr]).toEqual([
      command,
      0,
      "",
    ]);
  }
}

describe("the workflows", { timeout: 900_000 }, () => {
  test("comment what a branch would change on its pull request", async () => {
    await run("preview.yml", "preview", "feature/x", "staging");
    expect(asked).toEqual([
      "GET /repos/acme/shop/pulls?state=open&head=acme%3Afeature%2Fx",
      "POST /graphql",
      "GET /repos/acme/shop/issues/12/comments?per_page=100",
      "POST /repos/acme/shop/issues/12/comments",
    ]);
    const summary = readFileSync(join(at.folder, ".slipway", "summary.md"), "utf8");
    expect(summary).toContain("Preview of `staging`");
  });

  test("deliver main to staging, publish the digest, and give it to production", async () => {
    const head = at.head();
    await run("deploy.yml", "staging", "main");
    await run("deploy.yml", "production", "main");
    const [staging, production] = [await at.proven("staging"), await at.proven("production")];
    for (const release of [staging, production]) {
      expect(release).toMatchObject({ commit: head, servedCommit: head });
      expect(await at.servedAt(release)).toStrictEqual({ commit: head, branch: "main" });
    }
    const [, digest] = staging.image.split("@");
    const tags = [head, "build-7", "latest", "live-production"];
    const held = tags.map((tag) => at.registry.digestOf(tag, "docker.io/slipway/web"));
    expect(await Promise.all(held)).toEqual(tags.map(() => digest));
  });
});
