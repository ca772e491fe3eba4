import { RuleError } from "../rule-error.ts";

// The platforms that environments can be made of, newest first; the newest is the one of May 2026.

const docker = [
  "4.13.1",
  "4.13.0",
  "4.12.2",
  "4.12.1",
  "4.12.0",
  "4.11.0",
  "4.10.0",
  "4.9.3",
  "4.9.2",
  "4.9.1",
  "4.9.0",
  "4.8.0",
  "4.7.0",
  "4.6.1",
  "4.6.0",
  "4.5.2",
  "4.5.1",
  "4.5.0",
];
const ecs = ["4.7.1", "4.7.0", "4.6.0"];

/** The names of the solution stacks. */
export const solutionStacks: readonly string[] = [
  ...docker.map((version) => `64bit Amazon Linux 2023 v${version} running Docker`),
  ...ecs.map((version) => `64bit Amazon Linux 2023 v${version} running ECS`),
];

/** The solution stack that a name or a platform's ARN means. */
export function solutionStack(name: string | undefined, platformArn: string | undefined): string {
  if (name === undefined && platformArn === undefined) {
    throw new RuleError(
      "InvalidParameterCombination: no platform is given; set solutionStackName or platformArn",
    );
  }
  const wanted = name ?? stackOf(String(platformArn));
  if (solutionStacks.includes(wanted)) return wanted;
  throw new RuleError(
    `InvalidParameterValue: No Solution Stack named '${wanted}' found; ask getSolutionStack for one`,
  );
}

/** The ARN of a solution stack's platform. */
export function platformArn(region: string, stack: string): string {
  const { version, flavour } = /v(?<version>\S+) running (?<flavour>.+)$/.exec(stack)?.groups ?? {};
  return `arn:aws:elasticbeanstalk:${region}::platform/${flavour} running on 64bit Amazon Linux 2023/${version}`;
}

function stackOf(arn: string): string {
  const form = /platform\/(?<flavour>.+) running on (?<system>.+)\/(?<version>[\d.]+)$/;
  const { flavour, system, version } = form.exec(arn)?.groups ?? {};
  return flavour ? `${system} v${version} running ${flavour}` : arn;
}
