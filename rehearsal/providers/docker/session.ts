import type Docker from "dockerode";
import { InitError, RuleError } from "../rule-error.ts";
import type { CredentialStore } from "./credentials.ts";
import { parseReference } from "./reference.ts";

// What all of the docker stand-in's resources share: the engine, the program's folder, and where pushes go.

/** One configured docker provider. */
export interface Session {
  readonly docker: Docker;
  /** The folder of the program: relative paths start here. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The `registryAuth` of the configuration, which serves every resource but `Image`. */
  readonly registryAuth: CredentialStore;
  /** The registries, by `credentialKey`, that `registryAuth` reaches without TLS. */
  readonly plainHosts: ReadonlySet<string>;
  /** The name under which an image is pushed and pulled in truth. */
  keptAs(name: string): string;
  /** Tags the image with the name under which it is pushed in truth, and returns that. */
  redirected(name: string): Promise<string>;
  /** Runs `work`; an error that quotes one of these secrets comes out without it. */
  withoutSecrets<T>(secrets: readonly (string | undefined)[], work: () => Promise<T>): Promise<T>;
}

/** Makes the session; `redirect` maps the name of an image to the one that is pushed and pulled in its place. */
export function dockerSession(
  parts: Pick<Session, "docker" | "cwd" | "env" | "registryAuth" | "plainHosts">,
  redirect: (name: string) => string,
  refusesPush: (name: string) => string | undefined,
): Session {
  return {
    ...parts,
    keptAs: redirect,
    async redirected(name) {
      const refusal = refusesPush(name);
      if (refusal !== undefined) throw new RuleError(refusal);
      const destination = redirect(name);
      if (destination !== name) {
        const { repository, tag = "latest" } = parseReference(destination);
        await parts.docker.getImage(name).tag({ repo: repository, tag });
      }
      return destination;
    },
    async withoutSecrets(secrets, work) {
      return work().catch((error: Error) => {
        const hidden = secrets.filter((text) => text !== undefined && text !== "") as string[];
        const message = hidden.reduce(
          (text, found) => text.replaceAll(found, "[secret]"),
          error.message,
        );
        if (message === error.message || error instanceof InitError) throw error;
        throw error instanceof RuleError || hasStatus(error)
          ? new RuleError(message)
          : new Error(message);
      });
    },
  };
}

function hasStatus(error: unknown): boolean {
  return typeof (error as { statusCode?: unknown }).statusCode === "number";
}
