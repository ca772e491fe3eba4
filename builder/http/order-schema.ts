import { z } from "zod";
import { secretShapes } from "../../infra/secret-shapes.ts";
import type { WrongField } from "./problem.ts";

// What an order may say, by field. Names and tags follow the grammar of the OCI distribution specification.

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";

/** A text of a given form; the words say what is the matter where it has another. */
function text(form: RegExp, advice: string) {
  return z
    .string({ error: ({ input }) => (input === undefined ? "missing" : "must be a text") })
    .regex(form, { error: advice });
}

export const imageName = text(
  new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`),
  "is no image name; use lower-case letters and digits, with . _ - between them and / between parts",
)
  .max(255, { error: "is longer than 255 characters" })
  .meta({ examples: ["team/web"] });

export const imageTag = text(
  /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
  "is no tag; use up to 128 letters, digits and . _ -, without . or - at its beginning",
).meta({ examples: ["1.0"] });

export const target = text(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
  "is no stage; use its name or number",
).meta({ description: "The stage to build. Default: the last one." });

export const platform = text(
  /^linux\/[a-z0-9_]{1,20}(?:\/[a-z0-9.]{1,20})?$/,
  "is no platform; use the form linux/amd64",
).meta({ description: "Default: the builder's own.", examples: ["linux/arm64"] });

export const callback = text(
  /^https?:\/\/[^\s@/?#\\]{1,255}(?:[/?#][^\s\\]{0,1700})?$/,
  "is no address; use http:// or https://, without a user and blanks",
).meta({ description: "Is told of the end with a signed POST." });

export const dockerfilePath = text(
  /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\\\p{Cc}\p{Cs}]{1,255}$/u,
  "is no path within the context; use a relative one, without .. and \\",
);

const LONGEST_VALUE = 4096;
const MOST_ARGS = 100;

export const args = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/),
    z
      .string({ error: "must be a text" })
      .max(LONGEST_VALUE, { error: `is longer than ${LONGEST_VALUE} characters` }),
    {
      error: ({ code }) =>
        code === "invalid_key"
          ? "is no name of an argument; use letters, digits and _"
          : "must be a map of names and texts",
    },
  )
  .meta({
    description: "Build arguments by name. They end up in the image's history: not for secrets.",
  });

/** What no schema says of an order, field by field; empty where nothing is wrong. */
export function refusedFields(
  found: {
    readonly args?: Readonly<Record<string, string>> | undefined;
    readonly callback?: string | undefined;
    readonly dockerfile?: unknown;
  },
  maySetCallback: boolean,
): WrongField[] {
  const fields: WrongField[] = [];
  const entries = Object.entries(found.args ?? {});
  if (entries.length > MOST_ARGS) {
    fields.push({ field: "args", detail: `are more than ${MOST_ARGS}; use fewer` });
  }
  for (const [name, value] of entries) {
    const detail = refusedArg(name, value);
    if (detail) fields.push({ field: `args.${name}`, detail });
  }
  if (typeof found.dockerfile === "string" && !found.dockerfile.isWellFormed()) {
    fields.push({ field: "dockerfile", detail: "holds half a character; send it as UTF-8" });
  }
  if (found.callback === undefined) return fields;
  if (!maySetCallback) {
    const detail = "is off on this builder; its owner turns it on with BUILDER_CALLBACK_SECRET";
    fields.push({ field: "callback", detail });
  } else if (!URL.canParse(found.callback) || /\p{Cc}|\p{Cs}/u.test(found.callback)) {
    fields.push({ field: "callback", detail: "is no address; see its host and port" });
  }
  return fields;
}

function refusedArg(name: string, value: string): string | undefined {
  // BUILDKIT_SYNTAX, for one, would choose another frontend than those that are allowed.
  if (/^buildkit_/i.test(name)) return "steers BuildKit itself; take it out";
  // A NUL ends a command's argument before its end.
  if (value.includes("\0")) return "holds a NUL; take it out";
  if (!value.isWellFormed()) return "holds half a character; take it out";
  const shape = secretShapes.find(({ form }) => `${name}=${value}`.search(form) >= 0);
  if (!shape) return undefined;
  return `looks like ${shape.what}, and arguments stay in the image's history for all to read; let the app have it when it runs`;
}
