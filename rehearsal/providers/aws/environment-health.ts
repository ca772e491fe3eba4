import type { Probe } from "../platform/workload.ts";
import type { ContainerPlan } from "./container-plan.ts";
import { optionOf, type Setting } from "./settings.ts";

const process = "elasticbeanstalk:environment:process:default";

/** How the platform finds out whether an app is healthy: a load balancer by its process, else by the application's URL. */
export function healthProbe(settings: readonly Setting[], seconds: number): Probe {
  const matcher = optionOf(settings, process, "MatcherHTTPCode") ?? "200";
  const url = optionOf(settings, "elasticbeanstalk:application", "Application Healthcheck URL");
  const path = optionOf(settings, process, "HealthCheckPath") ?? pathOf(url);
  return { path, accepts: (status) => matches(matcher, status), seconds };
}

/** Why nothing would answer at the instance's port; undefined when something could. */
export function unreachable(
  { hostPort, isProxied }: ContainerPlan,
  settings: readonly Setting[],
): string | undefined {
  const asked = Number(optionOf(settings, process, "Port") ?? 80);
  const proxy = optionOf(settings, "elasticbeanstalk:environment:proxy", "ProxyServer");
  const listens = isProxied && proxy !== "none" ? 80 : hostPort;
  if (listens === asked) return undefined;
  return `nothing listens on port ${asked} of the instance${listens ? `, but on ${listens}` : ""}`;
}

/** `/health`, or the older `HTTP:80/health`. */
function pathOf(url: string | undefined): string {
  return /\/.*$/.exec(url ?? "")?.[0] ?? "/";
}

/** `200`, `200,202` or `200-299`. */
function matches(matcher: string, status: number): boolean {
  return matcher.split(",").some((part) => {
    const [least, most = least] = part.split("-").map(Number);
    return least !== undefined && most !== undefined && status >= least && status <= most;
  });
}
