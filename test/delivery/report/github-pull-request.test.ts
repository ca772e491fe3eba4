import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { githubPullRequest } from "../../../delivery/report/github-pull-request.ts";
import type { GitHubHost } from "../../../delivery/report/host.ts";

const asked: string[] = [];
const closing: (() => void)[] = [];

afterEach(() => {
  asked.length = 0;
  for (const close of closing.splice(0)) close();
});

/** GitHub, as a job of a branch sees it. */
async function github(told: { status?: number; body: unknown }): Promise<GitHubHost> {
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(told.status ?? 200, { "content-type": "application/json" });
    response.end(JSON.stringify(told.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    kind: "github",
    repository: "acme/shop",
    run: { commit: undefined, number: undefined, link: undefined },
    pullRequest: undefined,
    branch: "feature/x",
    token: "token",
    api,
    graphql: `${api}/graphql`,
    summary: undefined,
  };
}

const open = (number: number, ref: string, full_name: string) => ({
  number,
  head: { ref, repo: { full_name } },
});

const atOnce = async () => {};

describe("a job's pull request", () => {
  it("is the one that started it, and nobody is asked", async () => {
    const host = await github({ body: [] });
    expect(await githubPullRequest({ ...host, pullRequest: "7" }, atOnce)).toBe("7");
    expect(asked).toEqual([]);
  });

  it("is else the newest open one of the branch", async () => {
    const host = await github({
      body: [open(12, "feature/x", "acme/shop"), open(9, "feature/x", "acme/shop")],
    });
    expect(await githubPullRequest(host, atOnce)).toBe("12");
    expect(asked).toEqual([
      "GET /repos/acme/shop/pulls?state=open&head=acme%3Afeature%2Fx Bearer token",
    ]);
  });

  it("is never one of another branch, of a fork, or of a fork that is gone", async () => {
    const host = await github({
      body: [
        open(1, "feature/y", "acme/shop"),
        open(2, "feature/x", "stranger/shop"),
        { number: 3, head: { ref: "feature/x", repo: null } },
      ],
    });
    expect(await githubPullRequest(host, atOnce)).toBeUndefined();
  });

  it("is none for a tag, and nobody is asked", async () => {
    const host = await github({ body: [] });
    expect(await githubPullRequest({ ...host, branch: undefined }, atOnce)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it("stays unknown where GitHub refuses, which is said", async () => {
    const host = await github({
      status: 403,
      body: { message: "Resource not accessible by integration" },
    });
    await expect(githubPullRequest(host, atOnce)).rejects.toThrow(
      `GET ${host.api}/repos/acme/shop/pulls: 403 Resource not accessible by integration`,
    );
  });
});
