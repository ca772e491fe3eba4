import { UserError } from "../setup/user-error.ts";

/** Errors of engines and registries that say what happened but not where to mend it. */
const known: readonly {
  readonly pattern: RegExp;
  readonly mend: (match: RegExpExecArray) => string;
}[] = [
  {
    pattern:
      /Bind for [^ ]*:(?<port>\d+) failed: port is already allocated|listen tcp\d? [^ ]*:(?<other>\d+): bind: address already in use|ports are not available:.*:(?<third>\d+)/s,
    mend: ({ groups = {} }) => {
      const port = groups.port ?? groups.other ?? groups.third;
      return `target.port: ${port} is taken on this machine; free it, or choose another port in the stack file`;
    },
  },
  {
    pattern: /^\S+: error reading build output: (?<what>[^\n]*)\n(?<output>.*)$/s,
    mend: ({ groups = {} }) =>
      `source.dockerfile: the image cannot be built (${groups.what}); mend the step that failed\n${groups.output}`,
  },
  {
    pattern: /"https?:\/\/(?<registry>[^/"]+)\/v2\/[^"]*": .*connection refused/s,
    mend: ({ groups = {} }) =>
      `registry ${groups.registry}: went away in the middle; start it again (npm start does, where it is this machine's own)`,
  },
];

/** What Pulumi itself adds around an error that has been said already. */
const noise = [/^update failed$/, /^preview failed$/, /^resource .* has a problem: /];

/**
 * One error for the user out of what Pulumi's engine reported: each message once, those of engines and registries turned
 * into where to mend them.
 */
export function updateFailure(errors: readonly string[], cause: unknown): UserError {
  const messages = errors.filter((error) => !noise.some((pattern) => pattern.test(error)));
  const worded = [...new Set(messages.map(inOurWords))];
  if (worded.length === 0) return new UserError(`pulumi: ${String(cause)}`, { cause });
  return new UserError(worded.join("\n"), { cause });
}

function inOurWords(message: string): string {
  for (const { pattern, mend } of known) {
    const match = pattern.exec(message);
    if (match) return mend(match);
  }
  return message;
}
