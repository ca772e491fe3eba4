import { z } from "zod";
import { parse, type Values } from "../../infra/config/schema.ts";
import { misplacedSecret } from "../../infra/misplaced-secret.ts";
import { UserError } from "../../setup/user-error.ts";
import { askIfThere } from "../pulumi.ts";
import type { Stack } from "./stack.ts";

/**
 * The checked configuration of a stack, secrets included: it stays in memory.
 * @throws UserError when the stack is not there or the program would refuse its configuration.
 */
export async function readStackConfig({ name, pulumi }: Stack): Promise<Values> {
  const text = await askIfThere(pulumi, ["config", "--json", "--show-secrets", "--stack", name]);
  if (text === undefined) {
    throw new UserError(
      `stack ${name}: there is no such stack; make it with pulumi stack init ${name}`,
    );
  }
  const entries = Object.entries(form.parse(JSON.parse(text))).filter(([key]) =>
    key.startsWith("slipway:"),
  );
  const misplaced = entries.flatMap(([key, { secret }]) =>
    secret && key !== "slipway:secrets" ? [misplacedSecret(key)] : [],
  );
  const written = Object.fromEntries(
    entries.map(([key, value]) => [key.slice("slipway:".length), plain(value)]),
  );
  const { values, problems } = misplaced.length > 0 ? refused : parse(written, pulumi.env);
  if (values === undefined || problems.length > 0) {
    throw new UserError(
      [`stack ${name}: its configuration has problems:`, ...misplaced, ...problems].join("\n  "),
    );
  }
  return values;
}

/** Not even looked at, because the words would quote a secret. */
const refused = { values: undefined, problems: [] };

const setting = z.object({
  value: z.string().optional(),
  objectValue: z.unknown().optional(),
  secret: z.boolean(),
});
const form = z.record(z.string(), setting);

function plain({ value, objectValue }: z.output<typeof setting>): unknown {
  return objectValue ?? (/^(?:true|false)$/.test(value ?? "") ? value === "true" : value);
}
