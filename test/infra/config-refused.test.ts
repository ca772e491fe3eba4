import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { leastService, problemsOf, serviceWith } from "./stack-config.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a configuration that is refused", () => {
  const web = "slipway:services.web";
  const ownVolume = `${pulumi.getProject()}-${pulumi.getStack()}-web`;
  const map = (is: string) => `must be a map, and is ${is}; mend it in the stack file`;
  const words = (is: string) =>
    `must be a text, in quotes, and is ${is}; mend it in the stack file`;
  const target = (parts: object) =>
    serviceWith({ target: { kind: "docker", port: 8000, ...parts } });
  const proof = (parts: object) => serviceWith({ proof: { kind: "commit", path: "/", ...parts } });
  const variable =
    "is neither a text nor a secret; put it in quotes, or write {secret: NAME of one of slipway:secrets} or {ref: an existing secret of the cloud}";
  const outside =
    "must be relative to the checkout, with /; name the folder from the checkout's root";
  const onePlace = "needs exactly one place to read the commit from; set either field or header";
  const choices = {
    top: "services, ground, secrets, allowDirty, release, engine",
    service: "source, registry, target, data, env, proof",
    target: "kind, port, bind, containerPort, memory, processes",
  };
  const unknown = (keys: string) => `unknown key; take it out or use one of ${keys}`;

  const refused: [values: Record<string, unknown>, ...problems: string[]][] = [
    [{}, "slipway:services: required; set it to a map"],
    [{ services: {} }, "slipway:services: names no service; add one, such as web"],
    [{ services: [] }, `slipway:services: ${map("[]")}`],
    [{ services: "{broken" }, `slipway:services: ${map('"{broken"')}`],
    [{ services: { web: "app" } }, `${web}: ${map('"app"')}`],
    [
      { services: { web: {} } },
      `${web}.source: required; set it to a map`,
      `${web}.registry: required; set it to a map`,
      `${web}.target: required; set it to a map`,
    ],
    [{ ...serviceWith({}), region: "here" }, `slipway:region: ${unknown(choices.top)}`],
    [serviceWith({ port: 8000 }), `${web}.port: ${unknown(choices.service)}`],
    [serviceWith({ source: {} }), `${web}.source.context: required; set it to a text`],
    [serviceWith({ source: { context: 7 } }), `${web}.source.context: ${words("7")}`],
    [serviceWith({ source: { context: "/app" } }), `${web}.source.context: "/app" ${outside}`],
    [serviceWith({ source: { context: "C:app" } }), `${web}.source.context: "C:app" ${outside}`],
    [
      serviceWith({ source: { context: "app", dockerfile: "app\\Dockerfile" } }),
      `${web}.source.dockerfile: "app\\Dockerfile" ${outside}`,
    ],
    [
      serviceWith({ source: { context: "app", args: { VERSION: 1 } } }),
      `${web}.source.args.VERSION: ${words("1")}`,
    ],
    [
      serviceWith({ source: { context: "app", platform: "linux/386" } }),
      `${web}.source.platform: "linux/386" is not one of the choices; use one of linux/amd64, linux/arm64`,
    ],
    [
      serviceWith({ source: { context: "app", target: "debug" } }),
      `${web}.source.target: ${unknown("context, dockerfile, stage, args, platform")}`,
    ],
    [serviceWith({ registry: "local" }), `${web}.registry: ${map('"local"')}`],
    [
      serviceWith({ registry: {} }),
      `${web}.registry.kind: required; use one of local, docker-hub, artifact-registry, ecr`,
    ],
    [
      serviceWith({ registry: { kind: "quay" } }),
      `${web}.registry.kind: "quay" is unknown; use one of local, docker-hub, artifact-registry, ecr`,
    ],
    [
      serviceWith({ registry: { kind: "local", repository: "Web" } }),
      `${web}.registry.repository: "Web" is no repository name; use lower-case letters, digits and - . _ / between them`,
    ],
    [
      serviceWith({ registry: { kind: "local", port: 0 } }),
      `${web}.registry.port: 0 is too small; use 1 or more`,
    ],
    [
      serviceWith({ registry: { kind: "local", port: 65_536 } }),
      `${web}.registry.port: 65536 is too big; use 65535 or less`,
    ],
    [
      serviceWith({ target: { kind: "heroku" } }),
      `${web}.target.kind: "heroku" is unknown; use one of docker, cloud-run, elastic-beanstalk`,
    ],
    [
      serviceWith({ target: { kind: "docker" } }),
      `${web}.target.port: required; set it to a number`,
    ],
    [
      target({ port: "8000" }),
      `${web}.target.port: must be a number, and is the text "8000"; write it without quotes`,
    ],
    [
      target({ port: 80.5 }),
      `${web}.target.port: must be a whole number, and is 80.5; mend it in the stack file`,
    ],
    [
      target({ bind: "::1" }),
      `${web}.target.bind: "::1" is not one of the choices; use one of 127.0.0.1, 0.0.0.0`,
    ],
    [target({ memory: 8 }), `${web}.target.memory: 8 is too small; use 16 or more`],
    [target({ processes: 15 }), `${web}.target.processes: 15 is too small; use 16 or more`],
    [target({ cpus: 1 }), `${web}.target.cpus: ${unknown(choices.target)}`],
    [serviceWith({ data: "/data" }), `${web}.data: ${map('"/data"')}`],
    [serviceWith({ data: {} }), `${web}.data.path: required; set it to a text`],
    [
      serviceWith({ data: { path: "data", volume: "-data", keep: "no" } }),
      `${web}.data.path: "data" is no absolute path; begin it with one / and leave out colons, blanks and \\`,
      `${web}.data.volume: "-data" is no volume name; use two or more letters, digits and _ . -`,
      `${web}.data.keep: must be true or false, and is "no"; mend it in the stack file`,
    ],
    ...["/", "/tmp", "/tmp/"].map((path): [Record<string, unknown>, string] => [
      serviceWith({ data: { path } }),
      `${web}.data.path: "${path}" would hide what the container has there; name a folder of its own, such as /data`,
    ]),
    [
      serviceWith({ proof: { kind: "hope", path: "/" } }),
      `${web}.proof.kind: "hope" is unknown; use one of commit, health`,
    ],
    [
      proof({ field: "commit", path: "version" }),
      `${web}.proof.path: "version" is no absolute path; begin it with one / and leave out colons, blanks and \\`,
    ],
    [proof({}), `${web}.proof: ${onePlace}`],
    [proof({ field: "commit", header: "X-Commit" }), `${web}.proof: ${onePlace}`],
    [proof({ field: "commit", seconds: 0 }), `${web}.proof.seconds: 0 is too small; use 1 or more`],
    [
      proof({ field: "commit", seconds: 3_601 }),
      `${web}.proof.seconds: 3601 is too big; use 3600 or less`,
    ],
    [
      serviceWith({ proof: { kind: "health", path: "/", field: "commit" } }),
      `${web}.proof.field: ${unknown("kind, path, seconds")}`,
    ],
    [
      serviceWith({ env: { PORT: "80", app_commit: "x", app_branch: "y" } }),
      `${web}.env.PORT: "PORT" is set by Slipway or baked into the image; take it out of env`,
      `${web}.env.app_commit: "app_commit" is set by Slipway or baked into the image; take it out of env`,
      `${web}.env.app_branch: "app_branch" is set by Slipway or baked into the image; take it out of env`,
    ],
    [
      serviceWith({ env: { "A-B": "" } }),
      `${web}.env.A-B: "A-B" is no name for a variable; use letters, digits and _`,
    ],
    [
      serviceWith({ env: { A: 1, B: true, C: { other: "x" }, D: { secret: 1 } } }),
      `${web}.env.A: ${variable}`,
      `${web}.env.B: ${variable}`,
      `${web}.env.C: ${variable}`,
      `${web}.env.D: ${variable}`,
    ],
    [
      serviceWith({ env: { A: { secret: "token" } } }),
      `${web}.env.A: there is no secret "token"; set it with pulumi config set --secret --path slipway:secrets.token`,
    ],
    [
      { ...serviceWith({}), allowDirty: "yes" },
      'slipway:allowDirty: must be true or false, and is "yes"; mend it in the stack file',
    ],
    [
      { ...serviceWith({}), release: "0123abc" },
      'slipway:release: "0123abc" is no full commit; give all 40 hexadecimal digits',
    ],
    [
      { ...serviceWith({}), release: { wbe: "0123456789abcdef0123456789abcdef01234567" } },
      "slipway:release.wbe: there is no such service; use one of web",
    ],
    [
      serviceWith({ proof: { kind: "health", path: "//elsewhere.example/" } }),
      `${web}.proof.path: "//elsewhere.example/" is no absolute path; begin it with one / and leave out colons, blanks and \\`,
    ],
    [{ ...serviceWith({}), engine: "unix:///x" }, `slipway:engine: ${map('"unix:///x"')}`],
    [
      { ...serviceWith({}), engine: { host: 1, context: "x" } },
      `slipway:engine.host: ${words("1")}`,
      `slipway:engine.context: ${unknown("host")}`,
    ],
    [
      { ...serviceWith({}), engine: { host: "nonsense" } },
      'slipway:engine.host: "nonsense" is no address of an engine; write it as DOCKER_HOST would be, such as unix:///var/run/docker.sock',
    ],
    [
      {
        services: {
          web: leastService,
          api: { ...leastService, registry: { kind: "local", repository: "web" } },
        },
      },
      `slipway:services.api.target.port: port ${leastService.target.port} belongs to web already; choose another`,
      "slipway:services.api.registry.repository: web on port 5055 belongs to web already; give each service a repository of its own",
    ],
    [
      {
        services: {
          web: { ...leastService, data: { path: "/data", volume: "shared" } },
          api: {
            ...leastService,
            target: { kind: "docker", port: 8001 },
            data: { path: "/data", volume: "shared" },
          },
        },
      },
      `slipway:services.api.data.volume: volume shared belongs to web already; name another`,
    ],
    [
      {
        services: {
          web: { ...leastService, data: { path: "/data" } },
          api: {
            ...leastService,
            target: { kind: "docker", port: 8001 },
            data: { path: "/data", volume: ownVolume },
          },
        },
      },
      `slipway:services.api.data.volume: volume ${ownVolume} belongs to web already; name another`,
    ],
    ...["Web", "1web", "web-", "a_b", `a${"b".repeat(38)}`, ""].map(
      (name): [Record<string, unknown>, string] => [
        { services: { [name]: leastService } },
        `slipway:services.${name}: "${name}" is no service name; use 1 to 38 lower-case letters, digits and -, beginning with a letter`,
      ],
    ),
  ];

  it.each(refused.map(([values, ...problems]) => ({ values, problems })))(
    "$problems.0",
    ({ values, problems }) => {
      expect(problemsOf(values)).toEqual(problems);
    },
  );

  it("has all its problems named at once", () => {
    vi.stubEnv("SLIPWAY_PROOF", "maybe");
    const values = {
      services: { web: { ...leastService, port: 1, env: { A: 1 } }, Api: leastService },
      colour: "red",
      allowDirty: "yes",
    };
    expect(problemsOf(values, ["colour"])).toEqual([
      "slipway:colour: holds a secure value, which would land in state in clear; put it under slipway:secrets and refer to it as {secret: NAME}",
      `${web}.env.A: ${variable}`,
      `${web}.port: ${unknown(choices.service)}`,
      'slipway:services.Api: "Api" is no service name; use 1 to 38 lower-case letters, digits and -, beginning with a letter',
      'slipway:allowDirty: must be true or false, and is "yes"; mend it in the stack file',
      `slipway:colour: ${unknown(choices.top)}`,
      'SLIPWAY_PROOF: "maybe" is neither on nor off; unset it',
    ]);
  });

  it.each(["", "true", "OFF", "0"])("by SLIPWAY_PROOF=%j", (value) => {
    vi.stubEnv("SLIPWAY_PROOF", value);
    expect(problemsOf(serviceWith({}))).toEqual([
      `SLIPWAY_PROOF: "${value}" is neither on nor off; unset it`,
    ]);
  });
});
