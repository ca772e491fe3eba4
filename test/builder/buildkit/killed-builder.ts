import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ImageBuilderSettings,
  type ImageBuilderTools,
  openImageBuilder,
} from "../../../builder/buildkit/image-builder.ts";

// A process of its own that builds what does not end, so that it can be killed meanwhile. It says `running` once it does.

const [given = ""] = process.argv.slice(2);
const { settings, tools } = JSON.parse(given) as {
  settings: ImageBuilderSettings;
  tools: ImageBuilderTools;
};
const builder = await openImageBuilder(settings, tools);
const context = join(settings.folder, "context");
mkdirSync(context);
writeFileSync(join(context, "Dockerfile"), "FROM python:3.12-slim\nRUN echo running; sleep 1000\n");
await builder.build(
  {
    ...{ build: "killed", attempt: 1, slot: 0, client: "anybody" },
    reference: "localhost:5055/killed:1",
    order: { imageName: "killed", imageTag: "1", dockerfile: "Dockerfile", args: {} },
  },
  context,
  (stream, text) => void (stream === "out" && process.stdout.write(text)),
  new AbortController().signal,
);
