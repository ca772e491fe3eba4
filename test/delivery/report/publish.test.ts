import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { onBitbucket, onGitHub } from "../../../delivery/report/dialect.ts";
import { type Host, hostOf } from "../../../delivery/report/host.ts";
import { markdown } from "../../../delivery/report/markdown.ts";
import { marker } from "../../../delivery/report/marker.ts";
import { within } from "../../../delivery/report/patience.ts";
import { publish } from "../../../delivery/report/publish.ts";
import type { Report } from "../../../delivery/report/report.ts";
import { UserError } from "../../../setup/user-error.ts";
import { type HostServer, type HostServerOptions, hostServer } from "./host-server.ts";
import { busy, reportFor, step } from "./plans.ts";

const token = "t0ken-of-the-tests";
const ours = marker("slipway", "staging");
const report = reportFor(busy);

function bitbucketEnv({ address }: HostServer) {
  return {
    BITBUCKET_WORKSPACE: "acme",
    BITBUCKET_REPO_SLUG: "web",
    BITBUCKET_COMMIT: "c0ffee",
    BITBUCKET_PR_ID: "12",
    BITBUCKET_BUILD_NUMBER: "7",
    BITBUCKET_ACCESS_TOKEN: token,
    BITBUCKET_API_URL: `${address}/bitbucket`,
    BITBUCKET_INSIGHTS_PROXY: address,
  };
}

/** A step of the branch's own pipeline. */
function branchEnv(server: HostServer) {
  const { BITBUCKET_PR_ID: _, BITBUCKET_ACCESS_TOKEN: _token, ...env } = bitbucketEnv(server);
  return env;
}

function githubEnv(
  { address }: HostServer,
  event: object = { pull_request: { number: 12, head: { sha: "c0ffee" } } },
) {
  const folder = mkdtempSync(join(tmpdir(), "slipway-event-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "event.json"), JSON.stringify(event));
  return {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: "acme/web",
    GITHUB_SHA: "a-merge-of-the-host",
    GITHUB_RUN_ID: "7000",
    GITHUB_RUN_NUMBER: "7",
    GITHUB_API_URL: address,
    GITHUB_GRAPHQL_URL: `${address}/graphql`,
    GITHUB_EVENT_PATH: join(folder, "event.json"),
    GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
    GITHUB_TOKEN: token,
  };
}

const hosts = [
  ["Bitbucket", bitbucketEnv, onBitbucket],
  ["GitHub", githubEnv, onGitHub],
] as const;

/** Publishes, and returns what was said and how long was waited. */
async function told(env: Readonly<Record<string, string>>, what: Report = report) {
  const said: string[] = [];
  const warned: string[] = [];
  const waits: number[] = [];
  await publish(what, hostOf(env) as Host, {
    tell: (text) => void said.push(text),
    warn: (text) => void warned.push(text),
    wait: async (milliseconds) => void waits.push(milliseconds),
  });
  expect([...said, ...warned].join("\n")).not.toContain(token);
  return { said: said.filter((text) => !text.startsWith("Code Insights")), warned, waits };
}

/** A report of a run, 7 by default, as the environment says it. */
function ofRun(env: Readonly<Record<string, string>>, run = "7", what = report): Report {
  const host = hostOf({ ...env, BITBUCKET_BUILD_NUMBER: run, GITHUB_RUN_NUMBER: run });
  return { ...what, run: host?.run };
}

const start = (options?: HostServerOptions) => hostServer(options);

describe.each(hosts)("the comment on %s", (_host, envOf, dialect) => {
  it("is created once, and written anew after that", async () => {
    const server = await start();
    const env = envOf(server);
    const first = await told(env);
    const second = await told(env, reportFor([]));
    expect([first, second]).toEqual([
      { said: ["comment: created on the pull request"], warned: [], waits: [] },
      { said: ["comment: updated on the pull request"], warned: [], waits: [] },
    ]);
    expect(server.comments.map(({ text }) => text)).toEqual([markdown(reportFor([]), dialect)]);
  });

  it("is found on the third page", async () => {
    const server = await start();
    const others = Array.from({ length: 5 }, (_, id) => ({
      id,
      author: "slipway",
      text: `other ${id}`,
    }));
    server.comments.push(...others, { id: 5, author: "slipway", text: `${ours}\nold` });
    await told(envOf(server));
    expect(server.comments.map(({ text }) => text)).toEqual([
      ...others.map(({ text }) => text),
      markdown(report, dialect),
    ]);
  });

  it("names its commit and its run", async () => {
    const server = await start();
    const env = envOf(server);
    await told(env, ofRun(env));
    const [first] = server.comments.map(({ text }) => text.split("\n"));
    const link =
      dialect === onBitbucket
        ? "https://bitbucket.org/acme/web/pipelines/results/7"
        : "https://github.com/acme/web/actions/runs/7000";
    expect(first?.slice(0, 5)).toEqual([
      marker("slipway", "staging", 7),
      "",
      "## Preview of `staging`",
      "",
      `Commit \`c0ffee\` · [run 7](${link})`,
    ]);
  });

  it("stays when it is of a newer run, which is said", async () => {
    const server = await start();
    const env = envOf(server);
    const done = [];
    for (const run of ["10", "9", "10", "11"]) done.push((await told(env, ofRun(env, run))).said);
    expect(done.flat()).toEqual([
      "comment: created on the pull request",
      "comment: that of a newer run is on the pull request, and stays",
      "comment: updated on the pull request",
      "comment: updated on the pull request",
    ]);
    expect(server.comments.map(({ text }) => text)).toEqual([markdown(ofRun(env, "11"), dialect)]);
  });

  it("is the same in all its copies of ours after two first runs at once and a third one", async () => {
    const server = await start();
    const env = envOf(server);
    const both = await Promise.all(["8", "9"].map((run) => told(env, ofRun(env, run))));
    expect(both.map(({ warned }) => warned)).toEqual([[], []]);
    // As two leave it that have both looked before either has written.
    const [first] = server.comments;
    if (first && server.comments.length < 2) server.comments.push({ ...first, id: 4711 });
    await told(env, ofRun(env, "10"));
    const last = markdown(ofRun(env, "10"), dialect);
    expect(server.comments.map(({ text }) => text)).toEqual([last, last]);
  });

  it.each<[string, Record<string, string>, number]>([
    ["says when to come back", { "retry-after": "3" }, 3000],
    [
      "has counted too many requests",
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" },
      0,
    ],
  ])("is still one when the host %s instead of updating it", async (_how, headers, pause) => {
    const server = await start();
    const env = envOf(server);
    await told(env);
    const method = dialect === onBitbucket ? "PUT" : "PATCH";
    server.faults.push({ method, status: 403, headers });
    expect(await told(env)).toEqual({
      said: ["comment: updated on the pull request"],
      warned: [],
      waits: [pause],
    });
    expect(server.comments).toHaveLength(1);
  });

  it("is still one when the host goes on refusing to update it", async () => {
    const server = await start();
    await told(envOf(server));
    const fault = {
      method: dialect === onBitbucket ? "PUT" : "PATCH",
      status: 403,
      headers: { "retry-after": "1" },
    };
    server.faults.push(...Array.from({ length: 5 }, () => fault));
    const { said, warned, waits } = await told(envOf(server));
    expect([said, warned.length, waits]).toEqual([[], 1, [1000, 1000, 1000, 1000]]);
    expect(server.comments).toHaveLength(1);
  });

  it("tells a host that has counted too many requests from a missing permission", async () => {
    const server = await start();
    const reset = String(Math.ceil(Date.now() / 1000) + 1790);
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
    server.faults.push({ method: "GET", status: 403, headers });
    const { warned, waits } = await told(envOf(server));
    expect(waits).toEqual([]);
    expect(warned).toEqual([
      expect.stringMatching(
        /: 403; (?:Bitbucket|GitHub) takes no more now: run the step again in 30 minutes$/,
      ),
    ]);
  });

  it.each([
    ["a page for people", "<html>Sign in</html>"],
    ["JSON of another form", '{"values": 1}'],
  ])("is missed aloud where the answer is %s", async (_what, body) => {
    const server = await start();
    server.faults.push({ method: "GET", status: 200, body });
    const { warned } = await told(envOf(server));
    expect(warned).toEqual([
      expect.stringMatching(
        /^comment: GET \S+: 200, but not in the form of this API; let (?:BITBUCKET|GITHUB)_API_URL name the API itself$/,
      ),
    ]);
  });

  it("is one for each stack", async () => {
    const server = await start();
    await told(envOf(server));
    await told(envOf(server), { ...report, stack: "production" });
    expect(server.comments.map(({ text }) => text.split("\n")[0])).toEqual([
      ours,
      marker("slipway", "production"),
    ]);
  });

  it.each([true, false])(
    "leaves somebody else's copy of the marker alone (the token may ask who it is: %s)",
    async (mayAsk) => {
      // What a job's own token is on GitHub, and an app on Bitbucket.
      const self = mayAsk ? "slipway" : dialect === onGitHub ? "github-actions[bot]" : "slipway";
      const server = await start({ mayAsk, self });
      const copies = ["mallory", "other-app"].map((author, id) => ({
        id,
        author,
        text: `${ours}\ncopied`,
      }));
      server.comments.push(...copies.map((copy) => ({ ...copy })), {
        id: 2,
        author: self,
        text: `quoted\n${ours}`,
      });
      await told(envOf(server));
      await told(envOf(server));
      expect(server.comments.map(({ text }) => text)).toEqual([
        ...copies.map(({ text }) => text),
        `quoted\n${ours}`,
        markdown(report, dialect),
      ]);
    },
  );

  it("waits as long as the host says, and else longer each time", async () => {
    const server = await start();
    server.faults.push(
      { method: "GET", status: 429, headers: { "retry-after": "7" } },
      { method: "GET", status: 503 },
      { method: "GET", status: 500 },
    );
    const { said, waits } = await told(envOf(server));
    expect(said).toEqual(["comment: created on the pull request"]);
    expect(waits).toEqual([7000, 2000, 4000]);
  });

  it("is not there twice after a creation that only seemed to fail", async () => {
    const server = await start();
    server.faults.push({ method: "POST", path: "/comments", status: 502, isDone: true });
    const { said } = await told(envOf(server));
    expect(said).toEqual(["comment: updated on the pull request"]);
    expect(server.comments).toHaveLength(1);
  });

  it("gives up in the end, says so, and leaves the exit code alone", async () => {
    const server = await start();
    server.faults.push(...Array.from({ length: 40 }, () => ({ method: "GET", status: 500 })));
    const { said, warned, waits } = await told(envOf(server));
    expect([said, waits]).toEqual([[], [1000, 2000, 4000, 8000]]);
    expect(warned).toEqual([
      expect.stringMatching(
        /^comment: GET http:\/\/127\.0\.0\.1:\d+\/\S+: 500; the host may be down: run the step again later$/,
      ),
    ]);
  });

  it.each<[string, Record<string, string>, number[]]>([
    ["does not say for how long", {}, [1000, 2000, 4000, 8000]],
    ["always wants a minute", { "retry-after": "60" }, [60_000, 60_000, 60_000]],
  ])(
    "is given up after three minutes at most where creations fail and the host %s",
    async (_how, headers, pauses) => {
      const server = await start();
      const fault = { method: "POST", path: "/comments", status: 503, headers };
      server.faults.push(...Array.from({ length: 40 }, () => fault));
      const { warned, waits } = await told(envOf(server));
      expect([warned.length, waits, server.comments]).toEqual([1, pauses, []]);
    },
  );

  it("is not waited for when the host wants hours", async () => {
    const server = await start();
    server.faults.push({ method: "GET", status: 429, headers: { "retry-after": "7200" } });
    const { warned, waits } = await told(envOf(server));
    expect([warned.length, waits]).toEqual([1, []]);
  });

  it.each<[number, RegExp]>([
    [
      401,
      /401 Bad credentials; (?:make a new repository access token|hand this step a GITHUB_TOKEN)/,
    ],
    [
      403,
      /403; give (?:BITBUCKET_ACCESS_TOKEN the scope pullrequest:write|the job the permission pull-requests: write)/,
    ],
    [302, /302 sends elsewhere; /],
  ])("says how to mend a %d", async (status, words) => {
    const server = await start(status === 401 ? { token: "another" } : {});
    if (status !== 401) {
      const fault = { method: "GET", status, headers: { location: "https://elsewhere.example/" } };
      server.faults.push(fault, { ...fault });
    }
    const { warned } = await told(envOf(server));
    expect(warned).toEqual([expect.stringMatching(words)]);
  });

  it("takes no token to another server that an answer names", async () => {
    const [server, other] = [await start(), await start()];
    const page = { values: [], next: `${other.address}/bitbucket/x` };
    const isBitbucket = dialect === onBitbucket;
    if (isBitbucket)
      server.faults.push({ method: "GET", status: 200, body: '{"uuid":"{slipway}"}' });
    server.faults.push({
      method: "GET",
      status: 200,
      body: JSON.stringify(isBitbucket ? page : []),
      headers: { link: `<${other.address}/x>; rel="next"` },
    });
    const { warned } = await told(envOf(server));
    expect(warned).toEqual([expect.stringContaining("is not the server that was asked")]);
    expect(other.asked).toEqual([]);
  });

  it("says what a missing token costs, and how to give one", async () => {
    const server = await start();
    const {
      BITBUCKET_ACCESS_TOKEN: _b,
      GITHUB_TOKEN: _g,
      ...env
    } = envOf(server) as Record<string, string>;
    const { warned } = await told(env as Record<string, string>);
    expect(warned).toEqual([
      expect.stringMatching(
        /^(?:BITBUCKET_ACCESS_TOKEN|GITHUB_TOKEN): is not set, so the pull request gets no comment \(.* all the same\); .*(?:pullrequest:write|pull-requests: write)/,
      ),
    ]);
    expect(server.comments).toEqual([]);
  });

  it("takes 500 resources", async () => {
    const server = await start();
    const steps = Array.from({ length: 500 }, (_, at) =>
      step("replace", "a:b:C", `r-${at}`, {
        before: { x: "y".repeat(900) },
        after: { x: `z${"y".repeat(900)}` },
      }),
    );
    const { warned } = await told(envOf(server), reportFor(steps));
    expect([warned, server.comments.length]).toEqual([[], 1]);
  });
});

describe("Bitbucket's Code Insights", () => {
  it("go through the step's proxy without a token, and replace those of an earlier run", async () => {
    const server = await start();
    const env = branchEnv(server);
    await told(
      env,
      reportFor(
        Array.from({ length: 3 }, (_, at) => step("delete", "a:b:C", `${at}`, { before: {} })),
      ),
    );
    const { warned } = await told(env, ofRun(env));
    expect(warned).toEqual([]);
    const path =
      "http://api.bitbucket.org/2.0/repositories/acme/web/commit/c0ffee/reports/slipway-preview-slipway-staging";
    expect(server.asked.map(({ method, target }) => [method, target])).toEqual(
      [1, 2].flatMap(() => [
        ["DELETE", path],
        ["PUT", path],
        ["POST", `${path}/annotations`],
      ]),
    );
    expect([...server.reports.values()]).toEqual([
      {
        body: {
          title: "Preview of staging",
          details:
            "2 of what is replaced or deleted hold data or an address, and stop an update that nobody approves.",
          external_id: "slipway-preview-slipway-staging",
          reporter: "Slipway",
          link: "https://bitbucket.org/acme/web/pipelines/results/7",
          report_type: "TEST",
          result: "PASSED",
          data: Object.entries({
            "To replace": 1,
            "To delete": 1,
            "To change": 1,
            "To create": 1,
            Unchanged: 1,
            "Held back": 2,
            "Policies broken": 0,
          }).map(([title, value]) => ({ title, type: "NUMBER", value })),
        },
        annotations: [
          expect.objectContaining({
            annotation_type: "BUG",
            severity: "CRITICAL",
            summary: "⚠ replace db (gcp:sql/databaseInstance:DatabaseInstance)",
          }),
          expect.objectContaining({
            annotation_type: "BUG",
            severity: "CRITICAL",
            summary: "⚠ delete old (gcp:storage/bucket:Bucket)",
          }),
          expect.objectContaining({
            annotation_type: "CODE_SMELL",
            severity: "LOW",
            summary: "change web (gcp:cloudrunv2/service:Service)",
          }),
          expect.objectContaining({
            annotation_type: "CODE_SMELL",
            severity: "LOW",
            summary: "create logs (gcp:storage/bucket:Bucket)",
          }),
        ],
      },
    ]);
  });

  it("stay within Bitbucket's limits", async () => {
    const server = await start();
    const long = "é😀".repeat(700);
    const steps = Array.from({ length: 1100 }, (_, at) =>
      step("update", "a:b:C", `${at}${long}`, { before: {}, after: { [long]: long } }),
    );
    const error = { severity: "error", message: long };
    const { warned } = await told(
      branchEnv(server),
      reportFor(steps, { code: 1, diagnostics: [error] }),
    );
    const [kept] = [...server.reports.values()];
    expect([warned, kept?.annotations.length, kept?.body.result]).toEqual([[], 1000, "FAILED"]);
  });

  it("are missed aloud where there is no proxy", async () => {
    const server = await start();
    const env = { ...branchEnv(server), BITBUCKET_INSIGHTS_PROXY: "http://127.0.0.1:1" };
    const { warned } = await told(env);
    expect(warned).toEqual([
      expect.stringMatching(
        /^Code Insights: \w+ http:\/\/api\.bitbucket\.org\/\S+: no answer \(.*\); the step's own proxy may be down: .* let BITBUCKET_INSIGHTS_PROXY name another$/,
      ),
    ]);
  });

  it("are left to the branch's own pipeline in a pull request, which has the same commit", async () => {
    const server = await start();
    await told(bitbucketEnv(server));
    expect(server.asked.filter(({ target }) => target.includes("/reports/"))).toEqual([]);
  });

  it("are written from the beginning again when another run takes them away", async () => {
    const server = await start();
    server.faults.push({ method: "POST", status: 404 });
    const { warned, waits } = await told(branchEnv(server));
    expect([warned, waits]).toEqual([[], [1000]]);
    expect(server.asked.map(({ method }) => method)).toEqual(
      [1, 2].flatMap(() => ["DELETE", "PUT", "POST"]),
    );
  });

  it("are whole after two runs at once", async () => {
    const server = await start();
    const both = await Promise.all([1, 2].map(() => told(branchEnv(server))));
    expect(both.map(({ warned }) => warned)).toEqual([[], []]);
    expect([...server.reports.values()].map(({ annotations }) => annotations.length)).toEqual([4]);
  });

  it.each([
    [403, "the step's own proxy lets in what a pipeline says of its own repository: run it there"],
    [404, "another run may be writing the same report: run the step again"],
  ])("say how to mend a %d without a word of tokens", async (status, words) => {
    const server = await start();
    server.faults.push(...Array.from({ length: 3 }, () => ({ method: "PUT", status })));
    const { warned } = await told(branchEnv(server));
    expect(warned).toEqual([
      expect.stringMatching(new RegExp(`^Code Insights: PUT \\S+: ${status}; ${words}$`)),
    ]);
  });
});

describe("a job on GitHub", () => {
  it("has its comment where its summary cannot be written, which is said", async () => {
    const env = { ...githubEnv(await start()), GITHUB_STEP_SUMMARY: "/no/such/folder/summary.md" };
    expect(await told(env)).toEqual({
      said: ["comment: created on the pull request"],
      warned: [
        "GITHUB_STEP_SUMMARY: the file cannot be written (ENOENT), so the job has no summary; leave the variable as the runner sets it",
      ],
      waits: [],
    });
  });

  it("has the report in its summary, and outside a pull request nothing else", async () => {
    const server = await start();
    const env = githubEnv(server, { ref: "refs/heads/main" });
    const result = await told(env);
    expect([result, server.asked]).toEqual([{ said: [], warned: [], waits: [] }, []]);
    expect(readFileSync(env.GITHUB_STEP_SUMMARY, "utf8")).toContain("## Preview of `staging`");
  });
});

describe("all that is done for one place", () => {
  it("comes to an end, also when an answer never does", async () => {
    const never = () => new Promise<never>(() => {});
    await expect(within(20, async () => {}, never)).rejects.toThrow("given up after 0.02 seconds");
  });
});

describe("the host", () => {
  it.each([
    [
      "GITHUB_API_URL",
      "api.github.com",
      "http:// or https://; write it like https://api.github.com",
    ],
    [
      "GITHUB_API_URL",
      "ftp://api.github.com",
      "http:// or https://; write it like https://api.github.com",
    ],
    [
      "GITHUB_GRAPHQL_URL",
      "localhost:8080",
      "http:// or https://; write it like https://api.github.com/graphql",
    ],
    [
      "BITBUCKET_API_URL",
      "https://",
      "http:// or https://; write it like https://api.bitbucket.org/2.0",
    ],
    [
      "BITBUCKET_INSIGHTS_PROXY",
      "localhost:29418",
      "http://; write it like http://localhost:29418",
    ],
    [
      "BITBUCKET_INSIGHTS_PROXY",
      "https://localhost:29418",
      "http://; write it like http://localhost:29418",
    ],
  ])("has no address %s=%s", (name, address, words) => {
    const step = name.startsWith("GITHUB")
      ? { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/web" }
      : { BITBUCKET_WORKSPACE: "a", BITBUCKET_REPO_SLUG: "b", BITBUCKET_COMMIT: "c" };
    expect(() => hostOf({ ...step, [name]: address })).toThrow(
      new UserError(`${name}: is no address that begins with ${words}, or leave it out`),
    );
  });

  it("is none outside of a pipeline, and the vendors' own addresses are the default", () => {
    expect(hostOf({ BITBUCKET_WORKSPACE: "", GITHUB_ACTIONS: "" })).toBe(undefined);
    const {
      api,
      insightsProxy,
      token: none,
    } = hostOf({
      BITBUCKET_WORKSPACE: "a",
      BITBUCKET_REPO_SLUG: "b",
      BITBUCKET_COMMIT: "c",
      BITBUCKET_ACCESS_TOKEN: "",
    }) as Extract<Host, { kind: "bitbucket" }>;
    expect([api, insightsProxy, none]).toEqual([
      "https://api.bitbucket.org/2.0",
      "http://localhost:29418",
      undefined,
    ]);
  });
});
