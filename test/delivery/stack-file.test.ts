import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  configurationDifferences,
  keysThatDiffer,
} from "../../delivery/configuration-differences.ts";
import { withReleaseFile } from "../../delivery/releases/release-file.ts";
import { openStack, type Stack } from "../../delivery/state/stack.ts";
import { commitAll, repository, temporaryFolder, write } from "../infra/repository.ts";

const pulumi = (folder: string, env: Record<string, string> = {}) => ({
  program: "pulumi",
  folder,
  env,
});
const stackOf = (folder: string): Stack => ({
  name: "production",
  file: join(folder, "Pulumi.production.yaml"),
  pulumi: pulumi(folder),
});

describe("the stack file", () => {
  it("is beside the project file, where that says, or where the user says", async () => {
    const folder = temporaryFolder();
    write(folder, {
      "Pulumi.yaml": "name: slipway\n",
      "sub/README.md": "",
      "other/Pulumi.yaml": "name: other\nstackConfigDir: stacks\n",
    });
    const files = await Promise.all([
      openStack(pulumi(folder), { stack: "acme/slipway/production" }),
      openStack(pulumi(join(folder, "sub")), { stack: "production" }),
      openStack(pulumi(join(folder, "other")), { stack: "production" }),
      openStack(pulumi(folder), { stack: "production", configFile: "x.yaml" }),
      openStack(pulumi(folder, { PULUMI_STACK: "test", PULUMI_OPTION_CONFIG_FILE: "/y.yaml" }), {}),
    ]);
    expect(files.map(({ name, file }) => [name, file])).toEqual([
      ["acme/slipway/production", join(folder, "Pulumi.production.yaml")],
      ["production", join(folder, "Pulumi.production.yaml")],
      ["production", join(folder, "other", "stacks", "Pulumi.production.yaml")],
      ["production", join(folder, "x.yaml")],
      ["test", "/y.yaml"],
    ]);
  });

  it("is lent with releases as a private copy, which is gone afterwards, also after a failure", async () => {
    const folder = temporaryFolder();
    const text = [
      "encryptionsalt: v1:abc=:v1:def",
      "config:",
      "  slipway:release: 0000000000000000000000000000000000000000",
      "  slipway:services:",
      "    web: { source: { context: app } }",
      "    jobs: { source: { context: jobs } }",
      "  slipway:secrets: { KEY: { secure: v1:xyz } }",
      "",
    ].join("\n");
    write(folder, { "Pulumi.production.yaml": text });
    let copy = "";
    const failing = withReleaseFile(stackOf(folder), { web: "a".repeat(40) }, async (path) => {
      copy = path;
      expect(parse(readFileSync(path, "utf8"))).toEqual({
        encryptionsalt: "v1:abc=:v1:def",
        config: {
          "slipway:release": { web: "a".repeat(40) },
          "slipway:services": { web: { source: { context: "app" } } },
          "slipway:secrets": { KEY: { secure: "v1:xyz" } },
        },
      });
      const modes = [path, dirname(path)].map((one) => (statSync(one).mode & 0o777).toString(8));
      expect(modes).toEqual(["600", "700"]);
      throw new Error("failed");
    });
    await expect(failing).rejects.toThrow("failed");
    expect(existsSync(dirname(copy))).toBe(false);
    expect(readdirSync(folder)).toEqual(["Pulumi.production.yaml"]);
    expect(readFileSync(join(folder, "Pulumi.production.yaml"), "utf8")).toBe(text);
  });

  it.each([
    [
      undefined,
      "stack production: there is no Pulumi.production.yaml; call this in the project's folder",
    ],
    ["- a\n", "Pulumi.production.yaml: is no map in YAML; mend it"],
    ["a: [\n", "Pulumi.production.yaml: is no map in YAML; mend it"],
  ])("is refused: %#", async (text, words) => {
    const folder = temporaryFolder();
    if (text !== undefined) write(folder, { "Pulumi.production.yaml": text });
    await expect(withReleaseFile(stackOf(folder), {}, async () => {})).rejects.toThrow(words);
  });

  it("differs in keys, never told with their values", () => {
    const before = {
      "slipway:a": { b: 1, gone: "x", list: ["1"] },
      "slipway:secrets": { KEY: { secure: "v1:1" } },
    };
    const now = {
      "slipway:a": { b: 1, list: ["1", "2"] },
      "slipway:secrets": { KEY: { secure: "v1:2" } },
    };
    expect(keysThatDiffer(before, now)).toEqual([
      "slipway:a.gone",
      "slipway:a.list.1",
      "slipway:secrets.KEY",
    ]);
  });

  it("is compared with what a commit has of it, whatever release it asks for", async () => {
    const { folder, hash } = repository();
    const file = join(folder, "Pulumi.production.yaml");
    write(folder, { "Pulumi.production.yaml": "config: { 'slipway:a': 1 }\n" });
    const commit = commitAll(folder);
    write(folder, {
      "Pulumi.production.yaml": "config: { 'slipway:a': 1, 'slipway:release': x }\n",
    });
    const differences = await Promise.all([
      configurationDifferences(file, commit),
      configurationDifferences(file, `${commit}-dirty-0123456789ab`),
      configurationDifferences(file, hash),
    ]);
    expect(differences).toEqual([[], [], undefined]);
  });
});
