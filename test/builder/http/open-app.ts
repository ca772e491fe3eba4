import type { FastifyInstance } from "fastify";
import { onTestFinished } from "vitest";
import { type AppParts, buildApp } from "../../../builder/http/app.ts";
import { readSettings, type Settings } from "../../../builder/settings.ts";
import { FakeStore } from "../fake-store.ts";

/** The app over a store in memory, as long as the test runs. */
export async function openApp(
  changed: Partial<Settings> = {},
  parts: Partial<AppParts> = {},
): Promise<{ app: FastifyInstance; store: FakeStore; settings: Settings }> {
  const settings = { ...readSettings({ LOG_LEVEL: "silent" }, []).settings, ...changed };
  const store = new FakeStore();
  const app = await buildApp({ settings, store, ...parts });
  onTestFinished(() => app.close());
  await app.ready();
  return { app, store, settings };
}

const BOUNDARY = "a-boundary-of-tests";

/** One field of a form; a file where it has a file's name. */
export type Field = readonly [name: string, content: string | Buffer, filename?: string];

/** A form for `inject`, with its content type. */
export function form(...fields: readonly Field[]) {
  const parts = fields.flatMap(([name, content, filename]) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`,
    filename === undefined
      ? ""
      : `; filename="${filename}"\r\nContent-Type: application/octet-stream`,
    "\r\n\r\n",
    content,
    "\r\n",
  ]);
  return {
    headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    payload: Buffer.concat([...parts, `--${BOUNDARY}--\r\n`].map((part) => Buffer.from(part))),
  };
}

/** A Dockerfile that is fine. */
export const DOCKERFILE = "FROM python:3.12-slim\nRUN echo hello\n";

/** The form of the older clients. */
export const legacyForm = (name = "team/web", tag = "1.0") =>
  form(["file", DOCKERFILE, "Dockerfile"], ["image_name", name], ["image_tag", tag]);
