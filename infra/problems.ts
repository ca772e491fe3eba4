import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** Words every problem of a parse as "where: what; how to mend", in the order in which they stand in the stack file. */
export function describeProblems(root: string, issues: readonly Issue[]): string[] {
  return issues.flatMap((issue) => describe([root, ...issue.path.map(String)].join("."), issue));
}

function describe(where: string, issue: Issue): string[] {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => `${where}.${key}: ${issue.message}`);
    case "invalid_type":
      return [`${where}: ${typeProblem(issue)}`];
    case "invalid_union":
      return [`${where}: ${choiceProblem(where, issue)}`];
    case "invalid_value":
      return [`${where}: ${valueProblem(issue)}`];
    case "too_small":
      return [
        `${where}: ${String(issue.input)} is too small; use ${String(issue.minimum)} or more`,
      ];
    case "too_big":
      return [`${where}: ${String(issue.input)} is too big; use ${String(issue.maximum)} or less`];
    case "invalid_key":
      return issue.issues.map(({ message }) => `${where}: ${message}`);
    default:
      return [`${where}: ${issue.message}`];
  }
}

function typeProblem({ expected, input, path, message }: z.core.$ZodIssueInvalidType): string {
  // Words of the schema's own know better than these.
  if (!message.startsWith("Invalid input")) return message;
  const names: Readonly<Record<string, string>> = {
    string: "a text",
    object: "a map",
    record: "a map",
    int: "a whole number",
    boolean: "true or false",
  };
  const name = names[expected] ?? `a ${expected}`;
  if (input === undefined) return `required; set it to ${name}`;
  if (["int", "number"].includes(expected) && typeof input === "string") {
    return `must be ${name}, and is the text ${JSON.stringify(input)}; write it without quotes`;
  }
  const quotes = expected === "string" && typeof input !== "object" ? ", in quotes" : "";
  // A secret that is not a text is still a secret.
  const found = path[0] === "secrets" ? "" : `, and is ${JSON.stringify(input)}`;
  return `must be ${name}${quotes}${found}; mend it in the stack file`;
}

function valueProblem({ input, values }: z.core.$ZodIssueInvalidValue): string {
  const found =
    input === undefined ? "required" : `${JSON.stringify(input)} is not one of the choices`;
  return `${found}; use one of ${values.map(String).join(", ")}`;
}

/** A choice by `kind`: zod hands over the map around the kind and the kinds there are. */
function choiceProblem(where: string, issue: z.core.$ZodIssueInvalidUnion): string {
  if (!("options" in issue)) return issue.message;
  const key = where.slice(where.lastIndexOf(".") + 1);
  const value = (issue.input as Record<string, unknown> | undefined)?.[key];
  const found = value === undefined ? "required" : `${JSON.stringify(value)} is unknown`;
  return `${found}; use one of ${(issue.options as unknown[]).map(String).join(", ")}`;
}
