import type { Cloud } from "./cloud.ts";

// Which workload answers for a host name of the outside, such as `web-oiibs6nkdq-ew.a.run.app`.

export interface Route {
  /** The port of 127.0.0.1 behind which the workload listens. */
  readonly port: number;
  /** Whether anybody may ask; else a token that a platform has issued has to be shown. */
  readonly public: boolean;
}

const kind = "route";

/** Sends what is asked of `host` to a workload from now on. */
export function setRoute(cloud: Cloud, host: string, route: Route): void {
  cloud.put(kind, host, route);
}

export function routeOf(cloud: Cloud, host: string): Route | undefined {
  return cloud.get<Route>(kind, host);
}

export function dropRoute(cloud: Cloud, host: string): void {
  cloud.delete(kind, host);
}

/** Makes a token valid at the private routes of an audience, such as `https://web-….a.run.app`. */
export function allowToken(cloud: Cloud, token: string, audience: string): void {
  cloud.put("token", token, { audience });
}

export function isAllowed(cloud: Cloud, token: string, audience: string): boolean {
  return cloud.get<{ audience: string }>("token", token)?.audience === audience;
}
