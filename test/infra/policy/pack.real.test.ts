import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { credentials } from "@grpc/grpc-js";
import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { policyFlags } from "../../../delivery/policies.ts";
import { type Previewed, preview } from "../../../delivery/report/previewed.ts";
import { rules } from "../../../infra/policy/rules.ts";
import { ready } from "../../../setup/ready.ts";
import { run } from "../../../setup/run.ts";
import { silentStory } from "../../../setup/story.ts";

const checkout = join(import.meta.dirname, "../../..");
const pack = join(checkout, "infra", "policy");
const invoker = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember";
const container = "docker:index/container:Container";
const image = `docker.io/acme/web@sha256:${"1".repeat(64)}`;

/** Whatever the type is called, Pulumi's engine makes a component of it, without a provider. */
const program = (resources: string) => `
import * as pulumi from "@pulumi/pulumi";
const make = (type, inputs) => new pulumi.ComponentResource(type, "web", inputs);
${resources}
`;

/** A preview by Pulumi's own engine with the policies, of a stack of its own. */
async function previewOf(resources: string, access = "private"): Promise<Previewed> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-policy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["home", "state"]) mkdirSync(join(folder, name));
  symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
  const runtime = { name: "nodejs", options: { typescript: false } };
  const project = { name: "slipway", runtime, main: "program.mjs" };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(join(folder, "program.mjs"), program(resources));
  const services = { web: { target: { kind: "cloud-run", access } } };
  const config = { config: { "slipway:services": services } };
  writeFileSync(join(folder, "Pulumi.dev.yaml"), JSON.stringify(config));

  const { path } = await ready(["pulumi"], silentStory);
  const env = {
    ...process.env,
    PATH: [...path, join(checkout, "node_modules", ".bin"), process.env.PATH].join(delimiter),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
  };
  const pulumi = { program: "pulumi", folder, env };
  const { flags, leftOut } = await policyFlags(pulumi);
  expect(leftOut).toBeUndefined();
  await run("pulumi", ["stack", "init", "dev"], { cwd: folder, env });
  return preview({ name: "dev", file: join(folder, "Pulumi.dev.yaml"), pulumi }, flags);
}

describe("Pulumi's own engine", () => {
  it("runs the policies in a preview, and goes on where nothing breaks them", async () => {
    const { code, violations } = await previewOf(
      `make("${container}", { image: "${image}", envs: ["A=b", pulumi.secret("TOKEN=hunter2")] });
       make("${invoker}", { name: "web-dev", role: "roles/run.invoker", member: "allUsers" });`,
      "public",
    );
    expect({ code, violations }).toEqual({ code: 0, violations: [] });
  });

  it("fails where a resource or the whole stack breaks them, and names the rules", async () => {
    const { code, violations } = await previewOf(
      `make("${container}", { image: "acme/web:latest", envs: ["TOKEN=hunter2"] });
       make("${invoker}", { name: "web-dev", role: "roles/run.invoker", member: "allUsers" });
       make("aws:s3/bucket:Bucket", { bucket: "acme" });`,
    );
    const told = (name: string, type: string, clause: string) => {
      const { description, remedy } = rules.find((rule) => rule.name === name) ?? {};
      const urn = `urn:pulumi:dev::slipway::${type}`;
      const message = `${description}\n${clause}. ${remedy}`;
      return { policy: `slipway/${name}`, isMandatory: true, urn, message };
    };
    const stack = "pulumi:pulumi:Stack::slipway-dev";
    const sorted = violations.toSorted((a, b) => (a.policy < b.policy ? -1 : 1));
    expect({ isFailed: code !== 0, sorted }).toEqual({
      isFailed: true,
      sorted: [
        told("closed-buckets", stack, "the bucket web does not block public access"),
        told("image-by-digest", `${container}::web`, "acme/web:latest is no image by digest"),
        told("no-plain-secrets", `${container}::web`, "TOKEN is set in clear"),
        told("nothing-public", `${invoker}::web`, "roles/run.invoker is given to allUsers"),
      ],
    });
  });
});

/** The first line of what a process says. */
async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the process says nothing");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return line;
}

/** The pack as Pulumi's language hosts start it: by its folder, through the SDK. */
async function startByFolder() {
  const entry = join(checkout, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
  const child = spawn(process.execPath, [entry, "127.0.0.1:1", "."], {
    cwd: pack,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const port = await firstLine(child);
  const client = new analyzerGrpc.AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(async () => {
    client.close();
    child.kill();
    await once(child, "exit");
  });
  return client;
}

type Answer<T> = (error: Error | null, answer: T) => void;

const answered = <T>(ask: (answer: Answer<T>) => unknown): Promise<T> =>
  new Promise((resolve, reject) => {
    ask((error, answer) => (error ? reject(error) : resolve(answer)));
  });

describe("a language host", () => {
  it("starts the pack by its folder, and is told of every rule", async () => {
    const client = await startByFolder();
    const info = await answered<InstanceType<typeof analyzer.AnalyzerInfo>>((answer) =>
      client.getAnalyzerInfo(new empty.Empty(), answer),
    );
    const told = info.getPoliciesList().map((policy) => ({
      name: policy.getName(),
      description: policy.getDescription(),
      isMandatory: policy.getEnforcementlevel() === analyzer.EnforcementLevel.MANDATORY,
    }));
    expect({ name: info.getName(), version: info.getVersion(), told }).toEqual({
      name: "slipway",
      version: "0.1.0",
      told: rules.map(({ name, description, level }) => {
        return { name, description, isMandatory: level === "mandatory" };
      }),
    });
  });

  it("is answered about a resource by what the stack asks for", async () => {
    const client = await startByFolder();
    const told = async (access: string) => {
      const configure = new analyzer.AnalyzerStackConfigureRequest();
      configure.setStack("dev");
      const services = { web: { target: { access } } };
      configure.getConfigMap().set("slipway:services", JSON.stringify(services));
      await answered((answer) => client.configureStack(configure, answer));
      const request = new analyzer.AnalyzeRequest();
      request.setType(invoker);
      request.setName("web");
      const inputs = { name: "web-dev", role: "roles/run.invoker", member: "allUsers" };
      request.setProperties(struct.Struct.fromJavaScript(inputs));
      request.setOptions(new analyzer.AnalyzerResourceOptions());
      const response = await answered<InstanceType<typeof analyzer.AnalyzeResponse>>((answer) =>
        client.analyze(request, answer),
      );
      return response.getDiagnosticsList().map((one) => one.getPolicyname());
    };
    expect([await told("private"), await told("public")]).toEqual([["nothing-public"], []]);
  });
});
