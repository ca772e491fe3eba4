import type Docker from "dockerode";
import { isProperties, type Properties, type Value } from "../values.ts";
import { blocks, labelsOf, withoutAbsent } from "./container-fields.ts";
import { hostConfig, portKey } from "./container-host.ts";
import { resourceLimits } from "./container-limits.ts";
import { parseDuration } from "./duration.ts";

// A planned container as the engine's create call takes it.

/** The create call's query and body; memory is given in MiB, durations as text. */
export function containerOptions(planned: Properties): Docker.ContainerCreateOptions {
  const { name, platform } = planned;
  // Without this split the client repeats the body in the URL, environment and all.
  const call = { _query: withoutAbsent({ name, platform }), _body: bodyOf(planned) };
  return call as Docker.ContainerCreateOptions;
}

function bodyOf(planned: Properties): object {
  const {
    healthcheck,
    hostname,
    domainname,
    user,
    workingDir,
    stopSignal,
    stopTimeout,
    entrypoints,
    command,
  } = planned;
  return withoutAbsent({
    Image: String(planned.image),
    Hostname: hostname,
    Domainname: domainname,
    User: user,
    WorkingDir: workingDir,
    Cmd: command,
    Entrypoint: entrypoints,
    Env: planned.envs,
    Labels: labelsOf(planned.labels),
    Tty: planned.tty,
    OpenStdin: planned.stdinOpen,
    StopSignal: stopSignal,
    StopTimeout: stopTimeout,
    Healthcheck: isProperties(healthcheck) ? healthcheckOf(healthcheck) : undefined,
    ExposedPorts: Object.fromEntries(blocks(planned.ports).map((port) => [portKey(port), {}])),
    Volumes: Object.fromEntries(
      blocks(planned.volumes)
        .filter(
          ({ volumeName, hostPath, fromContainer }) => !volumeName && !hostPath && !fromContainer,
        )
        .map(({ containerPath }) => [String(containerPath), {}]),
    ),
    HostConfig: { ...hostConfig(planned), ...resourceLimits(planned) },
  });
}

function healthcheckOf({
  tests,
  interval,
  timeout,
  startPeriod,
  startInterval,
  retries,
}: Properties): object {
  const nanoseconds = (value: Value | undefined) => parseDuration(String(value ?? "0s")) ?? 0;
  return withoutAbsent({
    Test: tests,
    Interval: nanoseconds(interval),
    Timeout: nanoseconds(timeout),
    StartPeriod: nanoseconds(startPeriod),
    StartInterval: nanoseconds(startInterval) || undefined,
    Retries: retries,
  });
}
