import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readPulumiUp } from "../../delivery/pulumi-up.ts";

const checkout = join(import.meta.dirname, "..", "..");

const { scripts } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};

/** What the script of a command in a workflow would not understand of it: its name, its flags, its stacks. */
export function misreadings(line: string): readonly string[] {
  const [program, ...words] = wordsOf(line);
  if (program !== "npm") return /^(?:echo|gh workflow run) /.test(line) ? [] : ["is no npm script"];
  const [name = "", separator, ...args] = words[0] === "run" ? words.slice(1) : words;
  if (!(name in scripts)) return [`there is no script ${name}`];
  if (separator !== undefined && separator !== "--") return ["has no -- before its arguments"];
  try {
    const stacks = name === "deliver" ? [readPulumiUp(args).stack] : stacksOf(name, args);
    return stacks
      .filter((stack) => stack !== "placeholder")
      .filter((stack) => !existsSync(join(checkout, `Pulumi.${stack}.yaml`)))
      .map((stack) => `there is no stack ${stack}`);
  } catch (error) {
    return [(error as Error).message];
  }
}

function stacksOf(name: string, args: string[]): readonly unknown[] {
  if (!verbs.includes(name)) return [];
  const { values } = parseArgs({ args, options: flagsOf(name), strict: true });
  return name === "promote" ? [values.from, values.to] : [values.stack];
}

/** A command as a shell takes it apart, every variable set. */
function wordsOf(line: string): string[] {
  const filled = line
    .replaceAll(/\$\{\w+:\+(?<then>[^}]*)\}/g, "$<then>")
    .replaceAll(/"\$\w+"/g, "placeholder");
  return filled.split(" ");
}

const verbs = ["drift", "preview", "promote", "rollback"];

/** The flags of a verb, as its own file reads them. */
function flagsOf(verb: string): Record<string, { type: "string" | "boolean" }> {
  const source = readFileSync(join(checkout, "delivery", `${verb}.ts`), "utf8");
  const [, block] = /readFlags\(args, \{(.*?)\}\);/s.exec(source) ?? [];
  const flags = [
    ...(block ?? "").matchAll(/"?(?<name>[\w-]+)"?: \{ type: "(?<type>string|boolean)"/g),
  ].map(({ groups }) => [groups?.name, { type: groups?.type }]);
  return Object.fromEntries(flags);
}
