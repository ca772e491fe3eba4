import { randomBytes } from "node:crypto";
import { Application } from "@pulumi/aws/elasticbeanstalk/application.js";
import { Provider } from "@pulumi/aws/provider.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { elasticBeanstalk } from "../../../infra/config/elastic-beanstalk.ts";
import { bundleBucket } from "../../../infra/ground/names.ts";
import { ElasticBeanstalkTarget } from "../../../infra/targets/elastic-beanstalk.ts";
import type { TargetArgs } from "../../../infra/targets/target.ts";
import type { Route } from "../../../rehearsal/cloud/routes.ts";
import type { EnvironmentRecord } from "../../../rehearsal/providers/aws/environment-record.ts";
import { clearEngine, docker } from "../../rehearsal/engine.ts";
import { type PrivateRegistry, startPrivateRegistry } from "../../rehearsal/private-registry.ts";
import {
  account,
  type RehearsedCloud,
  region,
  rehearsedCloud,
} from "../../rehearsal/providers/aws/rehearsed-cloud.ts";
import { leastServiceRead } from "../stack-config.ts";

// The target through the real engines of Pulumi and Docker, against the stand-in for AWS.

const repository = `docker.io/slipwaytest${randomBytes(4).toString("hex")}/web`;
let registry: PrivateRegistry;
let images: Readonly<Record<"good" | "better" | "crash" | "sick", string>>;
const clouds: RehearsedCloud[] = [];

beforeAll(async () => {
  registry = await startPrivateRegistry();
  const [good, better, crash, sick] = await Promise.all(
    (["good", "better", "crash", "sick"] as const).map(pushed),
  );
  images = { good, better, crash, sick } as typeof images;
});
afterAll(async () => {
  await clearEngine(`localhost:${registry.port}/`);
  await registry.remove();
});
afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.dispose();
});

test("a release comes in with its secrets, and what is broken leaves the one before it serving", async () => {
  const at = await cloud();
  const first = await at.up(program({ image: images.good, token: "hunter2" }));
  expect(first.errors).toEqual({});
  expect(await served(at)).toBe("good hunter2");
  const same = await at.preview(program({ image: images.good, token: "hunter2" }));
  expect(same.steps).toEqual([]);

  const told = await at.up(program({ image: images.good, token: "hunter3" }));
  expect(told.steps.filter((step) => step.startsWith("update"))).toEqual(["update web: version"]);
  expect(await served(at)).toBe("good hunter3");

  const crashed = await at.up(program({ image: images.crash, token: "hunter3" }));
  expect(crashed.errors.web).toContain("ERROR");
  expect(await served(at)).toBe("good hunter3");

  const sick = await at.up(program({ image: images.sick, token: "hunter3" }));
  expect(sick.succeeded).toBe(false);
  expect(Object.values(sick.errors).join()).toMatch(
    /web: Elastic Beanstalk took the version web-\w{7} back and runs web-\w{7} in the environment web-test-\S+; see why with aws elasticbeanstalk describe-events/,
  );
  expect(await served(at)).toBe("good hunter3");

  const back = await at.up(program({ image: images.good, token: "hunter3", attempt: 2 }));
  expect(back.errors).toEqual({});
  expect(await served(at)).toBe("good hunter3");
  expect(JSON.stringify(at.state("web-TOKEN"))).not.toContain("hunter");

  expect((await at.destroy()).errors).toEqual({});
  expect(await at.running()).toEqual([]);
});

test("an environment that exists gets another release, and outlives the stack that adopted it", async () => {
  const owner = await cloud();
  await owner.up(program({ image: images.good }));
  const [existing] = owner.cloud.list<EnvironmentRecord>("aws/environment");
  const left = { environment: "acme-other", protect: false };
  const mistaken = await owner.preview(program({ image: images.good, settings: left }));
  expect(Object.values(mistaken.errors).join()).toContain(
    `acme-other would be adopted in place of ${existing?.value.name}, which this stack has made;`,
  );
  const adopter = await cloud({ cloud: owner.cloud });
  const adopting = { environment: existing?.value.name, protect: false };

  const adopted = await adopter.up(program({ image: images.better, settings: adopting }));
  expect(adopted.errors).toEqual({});
  expect(adopted.steps.toSorted()).toEqual([
    "create web",
    "create web",
    "import web",
    "update web: version",
  ]);
  expect(await served(owner)).toBe("better ");
  const again = await adopter.preview(program({ image: images.better, settings: adopting }));
  expect(again.steps).toEqual([]);

  expect((await adopter.destroy()).errors).toEqual({});
  expect(await served(owner)).toBe("better ");
});

async function cloud(options: Parameters<typeof rehearsedCloud>[0] = {}): Promise<RehearsedCloud> {
  const made = await rehearsedCloud({
    registry: `localhost:${registry.port}`,
    patience: 5,
    ...options,
  });
  clouds.push(made);
  return made;
}

interface Release {
  readonly image: string;
  readonly attempt?: number;
  readonly token?: string;
  readonly settings?: object;
}

/** Ground, where nobody has made it yet, and then the target. */
function program({
  image,
  attempt = 1,
  token,
  settings = {},
}: Release): pulumi.automation.PulumiFn {
  return async () => {
    const aws = new Provider("aws", { allowedAccountIds: [account], region });
    if (Object.keys(settings).length === 0) await ground(aws);
    const target = elasticBeanstalk.parse({
      kind: "elastic-beanstalk",
      account,
      region,
      application: "acme",
      access: "public",
      protect: false,
      ...settings,
    });
    const args = {
      image,
      commit: "0123456789abcdef0123456789abcdef01234567",
      attempt,
      service: { ...leastServiceRead, target },
      registry: { repository },
      env: token ? { TOKEN: { secret: pulumi.secret(token) } } : {},
      parent: new pulumi.ComponentResource("slipway:index:Service", "web"),
    };
    const made = await ElasticBeanstalkTarget.make(
      "web",
      target,
      args as unknown as TargetArgs,
      aws,
    );
    return { url: made.url, revision: made.revision };
  };
}

/** Waits until it is there: the target knows it by name alone. */
async function ground(provider: Provider): Promise<void> {
  const bucket = new Bucket(
    "bundles",
    { bucket: bundleBucket(account, region), forceDestroy: true },
    { provider },
  );
  const application = new Application("acme", { name: "acme" }, { provider });
  await new Promise((resolve) => pulumi.all([bucket.id, application.id]).apply(resolve));
}

/** What is answered under the environment's own name. */
async function served({ cloud }: RehearsedCloud): Promise<string> {
  const route = cloud.list<Route>("route").find(({ id }) => id.endsWith("elasticbeanstalk.com"));
  const answer = await fetch(`http://127.0.0.1:${route?.value.port}`);
  return answer.text();
}

/** Pushes an image whose app answers its mode and the variable TOKEN; returns its name outside of this machine. */
async function pushed(mode: string): Promise<string> {
  const local = `localhost:${registry.port}/${repository}`;
  const container = await docker.createContainer({ Image: "python:3.12-slim" });
  try {
    const entrypoint = JSON.stringify(["python", "-c", server(mode)]);
    await container.commit({ repo: local, tag: mode, changes: `ENTRYPOINT ${entrypoint}` });
  } finally {
    await container.remove({ force: true });
  }
  const stream = await docker.getImage(`${local}:${mode}`).push({ authconfig: {} as never });
  const told = await new Promise<{ aux?: { Digest?: string } }[]>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, all) => (error ? reject(error) : resolve(all)));
  });
  const digest = told.find((each) => each.aux?.Digest)?.aux?.Digest;
  if (digest === undefined) throw new Error(`the image ${mode} could not be pushed`);
  return `${repository}@${digest}`;
}

function server(mode: string): string {
  return [
    "import http.server, os, signal, sys",
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))",
    `mode = '${mode}'`,
    "if mode == 'crash': sys.exit(3)",
    "class Handler(http.server.BaseHTTPRequestHandler):",
    "    def do_GET(self):",
    "        self.send_response(500 if mode == 'sick' else 200)",
    "        self.end_headers()",
    "        self.wfile.write((mode + ' ' + os.environ.get('TOKEN', '')).encode())",
    "    def log_message(self, *_): pass",
    "http.server.ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Handler).serve_forever()",
  ].join("\n");
}
