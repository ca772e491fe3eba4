import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const programs = {
  /** What `pulumi new` writes before anybody adds a resource: the SDK is loaded and nothing made. */
  empty: 'import "@pulumi/pulumi";\n\nexport default () => {};\n',
  /** The least with which a provider is configured at all. */
  "empty-with-provider": `import { Provider } from "@pulumi/docker/provider.js";

export default () => {
  new Provider("docker");
};
`,
  "empty-with-google": `import { Provider as Docker } from "@pulumi/docker/provider.js";
import { Provider as Google } from "@pulumi/gcp/provider.js";

export default () => {
  new Docker("docker");
  new Google("google", { project: "slipway-staging", region: "europe-west1" });
};
`,
  "empty-with-aws": `import { Provider as Aws } from "@pulumi/aws/provider.js";
import { Provider as Docker } from "@pulumi/docker/provider.js";

export default () => {
  new Docker("docker");
  new Aws("aws", { allowedAccountIds: ["123456789012"], region: "eu-west-1" });
};
`,
};

/** Writes a Pulumi project that makes nothing, run by the same plain Node.js as this project's program. */
export function writeEmptyProgram(folder: string, name: keyof typeof programs): void {
  mkdirSync(folder, { recursive: true });
  const project = `name: ${name}\nruntime:\n  name: nodejs\n  options:\n    typescript: false\nmain: main.mjs\n`;
  writeFileSync(join(folder, "Pulumi.yaml"), project);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(folder, "main.mjs"), programs[name]);
}
