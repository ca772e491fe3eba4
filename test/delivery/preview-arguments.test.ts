import { expect, it } from "vitest";
import { asksNobody, previewArguments } from "../../delivery/preview-arguments.ts";

it.each([
  ["up", "preview --json"],
  ["up --stack production", "preview --stack production --json"],
  ["update -s production --yes", "preview -s production --json"],
  ["up --yes --skip-preview --config-file x.yaml", "preview --config-file x.yaml --json"],
  ["up -yf --yes=true --json -j", "preview --json"],
  ["up -ys production", "preview -s production --json"],
  ["up -fysproduction", "preview -sproduction --json"],
  ["up -ryf", "preview -r --json"],
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

it.each([
  ["up", {}, false],
  ["up --yes", {}, true],
  ["up --yes=true", {}, true],
  ["up --yes=false", {}, false],
  ["up -fy", {}, true],
  ["up -s yes", {}, false],
  ["up -sy", {}, false],
  ["up --skip-preview", {}, false],
  ["up", { PULUMI_SKIP_CONFIRMATIONS: "true" }, true],
])("%s with %j asks nobody: %s", (up, env, nobody) => {
  expect(asksNobody(up.split(" "), env)).toBe(nobody);
});
