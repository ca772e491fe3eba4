import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "./problem.ts";

/** What the page may load: its own scripts and styles, and nothing that is written into it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

interface PageFile {
  readonly content: Buffer;
  readonly type: string;
  readonly tag: string;
}

/** The page: its files are read once, so that no path of a request ever reaches the disk. */
export const pageRoutes: FastifyPluginAsync = async (app) => {
  const files = readFiles(join(import.meta.dirname, "..", "page"));
  const options = { config: { isOpen: true }, schema: { hide: true } };
  app.get("/", options, async (request, reply) => send(files.get("index.html"), request, reply));
  app.get<{ Params: { file: string } }>("/page/:file", options, async (request, reply) =>
    send(files.get(request.params.file), request, reply),
  );
};

function send(file: PageFile | undefined, request: FastifyRequest, reply: FastifyReply) {
  if (!file) throw new Problem(404, "path: there is nothing here; see /openapi.json");
  reply.headers({
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    // Asked for each time, and answered with 304 where nothing is new.
    "cache-control": "no-cache",
    etag: file.tag,
  });
  if (request.headers["if-none-match"] === file.tag) return reply.code(304).send();
  return reply.type(file.type).send(file.content);
}

function readFiles(folder: string): Map<string, PageFile> {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES);
  return new Map(
    names.map((name) => {
      const content = readFileSync(join(folder, name));
      const hash = createHash("sha256").update(content).digest("base64url").slice(0, 22);
      return [name, { content, type: TYPES[extname(name)] ?? "", tag: `"${hash}"` }];
    }),
  );
}
