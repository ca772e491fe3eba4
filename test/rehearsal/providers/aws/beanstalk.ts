import { randomBytes } from "node:crypto";
import { Application } from "@pulumi/aws/elasticbeanstalk/application.js";
import { ApplicationVersion } from "@pulumi/aws/elasticbeanstalk/applicationVersion.js";
import { Environment } from "@pulumi/aws/elasticbeanstalk/environment.js";
import { InstanceProfile } from "@pulumi/aws/iam/instanceProfile.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketObjectv2 } from "@pulumi/aws/s3/bucketObjectv2.js";
import type * as pulumi from "@pulumi/pulumi";
import { docker } from "../../engine.ts";

// A program with one environment, whose app does well or badly as it is told.

export const stackName = "64bit Amazon Linux 2023 v4.13.1 running Docker";

/** What makes a release; a label's content never changes, so a new release is a new label. */
export interface Release {
  readonly label: string;
  readonly mode?: "good" | "crash" | "unhealthy" | "elsewhere" | "hungry";
  readonly image?: string;
  /** In place of the bundle that `mode` and `image` make. */
  readonly bundle?: string | pulumi.asset.Archive;
}

export type Options = Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>;

/** What a program's environment leans on. */
export interface Ground {
  readonly role: Role;
  readonly bucket: Bucket;
}

export interface World {
  /** Makes what the environment has to wait for, and the options that come of it. */
  readonly grants?: (ground: Ground) => { made: pulumi.Resource[]; options: Options };
  readonly options?: Options;
  readonly tags?: Record<string, string>;
}

/** An image of the app on this machine, under the name by which a registry that nobody needs to ask would keep it. */
export async function appImage({ name = `docker.io/${madeUp()}/web:1` } = {}) {
  const local = `localhost:1/${name}`;
  await docker
    .getImage("python:3.12-slim")
    .tag({ repo: local.slice(0, local.lastIndexOf(":")), tag: "1" });
  return { name, remove: () => docker.getImage(local).remove({ force: true }) };
}

/** Trust of a service, for the roles of environments. */
export const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** The app answers its label and the variable TOKEN. */
export function dockerrun({ label, mode = "good", image = "" }: Release): string {
  return JSON.stringify({
    AWSEBDockerrunVersion: "1",
    Image: { Name: image, Update: "true" },
    Ports: [{ ContainerPort: 8000 }],
    Command: `python -c "${server(label, mode)}"`,
  });
}

/** The program: ground and one release in one stack. */
export function program(release: Release, { options = {}, tags, grants }: World = {}) {
  return async () => {
    const role = new Role("instance", { assumeRolePolicy: trust("ec2.amazonaws.com") });
    const profile = new InstanceProfile("instance", { role: role.name });
    const bucket = new Bucket("bundles", { forceDestroy: true });
    const { label, bundle = dockerrun(release) } = release;
    const object = new BucketObjectv2(label, {
      bucket: bucket.bucket,
      key: `${label}/bundle`,
      ...(typeof bundle === "string" ? { content: bundle } : { source: bundle }),
    });
    const application = new Application("app", {});
    const version = new ApplicationVersion(
      label,
      { name: label, application: application.name, bucket: bucket.bucket, key: object.key },
      { retainOnDelete: true, dependsOn: object },
    );
    const granted = grants?.({ role, bucket });
    const made = new Environment(
      "web",
      {
        name: "web-test",
        application: application.name,
        version: version.name,
        solutionStackName: stackName,
        ...(tags && { tags }),
        settings: settingsOf({
          ...options,
          ...granted?.options,
          "autoscaling:launchconfiguration": { IamInstanceProfile: profile.name },
        }),
      },
      { dependsOn: granted?.made ?? [] },
    );
    return {
      version: made.version,
      endpointUrl: made.endpointUrl,
      cname: made.cname,
    };
  };
}

/** Options by namespaces without `aws:` as settings. */
export function settingsOf(options: Options) {
  return Object.entries(options).flatMap(([namespace, values]) =>
    Object.entries(values).map(([name, value]) => ({ namespace: `aws:${namespace}`, name, value })),
  );
}

/** Without double quotes: the whole is one word of a command line. */
function server(label: string, mode: Release["mode"]): string {
  return `
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
mode = '${mode}'
print('starting with', os.environ.get('TOKEN', ''), flush=True)
if mode == 'crash': sys.exit(3)
if mode == 'hungry': hold = bytearray(700 * 1024 * 1024); print(sum(hold[::4096]))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500 if mode == 'unhealthy' else 200)
        self.end_headers()
        self.wfile.write(('${label} ' + os.environ.get('TOKEN', '')).encode())
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('0.0.0.0', 9999 if mode == 'elsewhere' else 8000), Handler).serve_forever()
`;
}

function madeUp(): string {
  return `slipwaytest${randomBytes(4).toString("hex")}`;
}
