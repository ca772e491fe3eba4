import { expect, it } from "vitest";
import { asksNobody, previewArguments } from "../../../delivery/guard/preview-arguments.ts";

it.each([
  ["up", "preview --json"],
  ["up --stack production", "preview --stack production --json"],
  ["update -s production --yes", "preview -s production --json"],
  ["up --yes --skip-preview --config-file x.yaml", "preview --config-file x.yaml --json"],
  ["up -yf --yes=true --json -j", "preview --json"],
  ["up -ys production", "preview -s production --json"],
  ["up -fysproduction", "preview -sproduction --json"],
  ["up -ryf", "preview -r --json"],
  ["up -y=true -fy=1 -ry=t -yr=false", "preview -r -r=false --json"],
  [
    "up --refresh --target a -t b --replace c",
    "preview --refresh --target a -t b --replace c --json",
  ],
  ["up -c slipway:allowDirty=true -p 4", "preview -c slipway:allowDirty=true -p 4 --json"],
  ["up -m yes --message=fy", "preview -m yes --message=fy --json"],
  ["up --continue-on-error --strict --expect-no-changes", "preview --json"],
  ["up --secrets-provider default --plan=x --plan y --event-log z --diff", "preview --json"],
  ["up --show-secrets --show-sames --suppress-outputs", "preview --json"],
  ["--cwd app -v 3 --non-interactive up", "--cwd app -v 3 --non-interactive preview --json"],
  ["-C up up", "-C up preview --json"],
])("a preview of %s is %s", (up, preview) => {
  expect(previewArguments(up.split(" "))).toEqual(preview.split(" "));
});

it.each<readonly [up: string, env: Record<string, string>, nobody: boolean]>([
  ["up", {}, false],
  ["up --yes", {}, true],
  ["up --yes=true", {}, true],
  ["up --yes=false", {}, false],
  ["up -fy", {}, true],
  ["up -s yes", {}, false],
  ["up -sy", {}, false],
  ["up --skip-preview", {}, true],
  ["up -f", {}, true],
  ["up -rf -s production", {}, true],
  ["up -f=0", {}, false],
  ["up -fy=false", {}, true],
  ["up -y=F", {}, false],
  ["up -y=T", {}, true],
  ["up --remote", {}, true],
  ["up --remote=false", {}, false],
  ...["1", "t", "T", "true", "True", "TRUE"].map((on) => [`up --yes=${on}`, {}, true] as const),
  ...["0", "f", "F", "false", "False", "FALSE"].map(
    (off) => [`up --yes=${off} --skip-preview=${off}`, {}, false] as const,
  ),
  ["up --yes --yes=false", {}, true],
  ["up --yes-man --message=--yes", {}, false],
  ...[
    "PULUMI_SKIP_CONFIRMATIONS",
    "PULUMI_OPTION_YES",
    "PULUMI_OPTION_SKIP_PREVIEW",
    "PULUMI_OPTION_REMOTE",
  ].flatMap((name) => [
    ...["1", "true", "TRUE", "True"].map((on) => ["up", { [name]: on }, true] as const),
    ...["", "0", "t", "false", "yes"].map((off) => ["up", { [name]: off }, false] as const),
  ]),
])("%s with %j asks nobody: %s", (up, env, nobody) => {
  expect(asksNobody(up.split(" "), env)).toBe(nobody);
});
