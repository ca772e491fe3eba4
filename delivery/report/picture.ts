import type { Change, Kind } from "./changes.ts";
import { oneLine, shortened } from "./neutral-text.ts";

/** Beyond this a picture is a tangle; GitHub itself draws no Mermaid text above 50,000 characters. */
const most = 40;

/**
 * A Mermaid picture of the resources that change, in boxes of what they belong to; undefined where there is nothing to see.
 * With many, the ones that matter most are drawn.
 */
export function picture(changes: readonly Change[]): string | undefined {
  // Providers are entries in the state, and belong to the stack alone.
  const drawn = changes
    .filter(({ parent, type }) => parent !== undefined && !type.startsWith("pulumi:providers:"))
    .slice(0, most);
  if (drawn.length < 2) return undefined;
  const byUrn = new Map(drawn.map((change) => [change.urn, change]));
  const parents = new Set(drawn.map(({ parent = "" }) => parent));
  const ids = new Map([...byUrn.keys(), ...parents].map((urn, at) => [urn, `r${at}`]));
  const outermost = [...parents].filter((urn) => !byUrn.has(urn));
  const box = (urn: string, indent: string): string[] => {
    const inside = drawn.filter(({ parent }) => parent === urn);
    return [
      `${indent}subgraph ${ids.get(urn)}["${labelOf(urn)}"]`,
      ...inside.flatMap((change) =>
        parents.has(change.urn)
          ? box(change.urn, `${indent}  `)
          : [`${indent}  ${ids.get(change.urn)}["${label(change)}"]:::${change.kind}`],
      ),
      `${indent}end`,
    ];
  };
  const boxedKinds = drawn.filter(({ urn }) => parents.has(urn));
  return [
    "flowchart LR",
    ...outermost.flatMap((urn) => box(urn, "  ")),
    ...boxedKinds.map(({ urn, kind }) => `  class ${ids.get(urn)} ${kind}`),
    ...Object.entries(colours).map(([kind, style]) => `  classDef ${kind} ${style}`),
  ].join("\n");
}

const colours: Readonly<Record<Kind, string>> = {
  replace: "fill:#ffebe9,stroke:#cf222e,stroke-width:3px,color:#24292f",
  delete: "fill:#ffebe9,stroke:#cf222e,stroke-dasharray:6 4,color:#24292f",
  update: "fill:#fff8c5,stroke:#9a6700,color:#24292f",
  create: "fill:#dafbe1,stroke:#1a7f37,color:#24292f",
};

const verbs: Readonly<Record<Kind, string>> = {
  replace: "replace",
  delete: "delete",
  update: "change",
  create: "create",
};

function label({ kind, type, name }: Change): string {
  return `${verbs[kind]} ${word(name)}<br/>${word(shortType(type))}`;
}

function labelOf(urn: string): string {
  const [types = "", name = ""] = urn.split("::").slice(2);
  return `${word(shortType(types.split("$").at(-1) ?? ""))} ${word(name)}`;
}

function shortType(type: string): string {
  return type.split(":").at(-1) ?? type;
}

/** Only letters that mean nothing to Mermaid. */
function word(text: string): string {
  return oneLine(shortened(text, 50)).replace(/[^\p{L}\p{N} _./-]/gu, "·");
}
