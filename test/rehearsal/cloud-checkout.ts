import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Release } from "../../infra/release.ts";
import { openCloud } from "../../rehearsal/cloud/cloud.ts";
import { routeOf } from "../../rehearsal/cloud/routes.ts";
import type { Delivery } from "../../rehearsal/deliver.ts";
import type { Ran } from "../../setup/run.ts";
import { prepareDelivery, type TestDelivery } from "./delivery.ts";
import { served } from "./served.ts";

/** A checkout whose clouds, registries and state are its own. */
export interface CloudCheckout extends TestDelivery {
  /** Runs `npm run rehearse` to its end. */
  rehearse(flags: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** Rehearses a stack, which has to end well. */
  rehearsed(stack: string): Promise<Delivery>;
  /** Runs a command for which `pulumi` is a rehearsal. */
  played(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** What the state of a rehearsed stack holds, by URN: when it was last changed. */
  state(stack: string): Readonly<Record<string, string>>;
  /** The last proven release of `web` in a rehearsed stack. */
  proven(stack: string): Promise<Release>;
  /** What the URL of a release in a played cloud serves now. */
  servedAt(release: Release): Promise<unknown>;
  /** Takes down every stack and the ground below. */
  takeDown(...stacks: string[]): Promise<void>;
}

/**
 * Makes a checkout whose proofs of cloud stacks, and Cloud Run's patience with a new instance, end after 10 seconds.
 * @param seconds that a command may take; see `prepareDelivery`.
 */
export async function prepareCloudCheckout(seconds?: number): Promise<CloudCheckout> {
  const at = await prepareDelivery(seconds);
  const own = { SLIPWAY_REHEARSAL_REGISTRY: `localhost:${at.registry.port}` };
  const rehearse: CloudCheckout["rehearse"] = (flags, env = {}) =>
    at.run("rehearse", flags, { ...own, ...env });
  const played: CloudCheckout["played"] = (command, env) => rehearse(["run", ...command], env);
  for (const stack of ["staging", "production"]) {
    at.configure((config) => {
      config["slipway:services"].web.proof = {
        kind: "commit",
        path: "/",
        field: "commit",
        seconds: 10,
      };
    }, stack);
  }
  at.configure((config) => {
    config["slipway:services"].web.target.health = { path: "/healthcheck", startup: 10 };
  }, "staging");
  at.commit("Proofs that give up soon");
  return {
    ...at,
    rehearse,
    async rehearsed(stack) {
      const { code, stdout, stderr } = await rehearse(["--stack", stack, "--json"]);
      if (code !== 0) throw new Error(`the rehearsal of ${stack} ended with ${code}:\n${stderr}`);
      return JSON.parse(stdout) as Delivery;
    },
    played,
    async proven(stack) {
      const { stdout } = await played(["pulumi", "stack", "output", "--json", "--stack", stack]);
      return (JSON.parse(stdout) as { web: Release }).web;
    },
    servedAt({ url }) {
      const route = routeOf(openCloud(join(at.folder, ".slipway", "cloud")), new URL(url).host);
      return served(`http://127.0.0.1:${route?.port}`);
    },
    state(stack) {
      const file = join(
        at.folder,
        ".slipway",
        "rehearse",
        stack,
        "state",
        ".pulumi",
        "stacks",
        "slipway",
        `${stack}.json`,
      );
      const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
        checkpoint: { latest?: { resources?: { urn: string; modified?: string }[] } };
      };
      const resources = checkpoint.latest?.resources ?? [];
      return Object.fromEntries(resources.map(({ urn, modified = "" }) => [urn, modified]));
    },
    async takeDown(...stacks) {
      for (const stack of stacks) await rehearse(["--stack", stack, "--destroy"]);
      await rehearse(["--stack", "ground", "--destroy"]);
    },
  };
}
