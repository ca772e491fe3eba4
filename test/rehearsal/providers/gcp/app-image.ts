import { createHash } from "node:crypto";
import type Docker from "dockerode";
import { pack } from "tar-stream";
import { docker } from "../../engine.ts";
import { startPrivateRegistry } from "../../private-registry.ts";

// An app that does well or badly as its variables say, in a registry of its own.

/** `MODE` is what it does, `VERSION` and `TOKEN` what it answers. */
const SERVER = `
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
mode = os.environ.get("MODE", "good")
print("starting", mode, os.environ.get("TOKEN", ""), flush=True)
if mode == "crash": sys.exit(3)
if mode == "hungry": hold = bytearray(400 * 1024 * 1024); print(len(hold), sum(hold[::4096]))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500 if mode == "unhealthy" else 200)
        self.end_headers()
        names = ["VERSION", "PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION", "TOKEN"]
        self.wfile.write(" ".join(os.environ.get(name, "") for name in names).encode())
    def log_message(self, *_): pass
host = "127.0.0.1" if mode == "loopback" else "0.0.0.0"
port = 9999 if mode == "elsewhere" else int(os.environ["PORT"])
http.server.ThreadingHTTPServer((host, port), Handler).serve_forever()
`;

const anybody = { username: "", password: "", serveraddress: "" };

/** A registry that holds the app. */
export interface AppImage {
  /** Host and port of the registry. */
  readonly registry: string;
  /** The name by digest under which the cloud knows the image that was pushed to `path`, such as `gcr.io/acme/web`. */
  push(path: string): Promise<string>;
  /** The same for another machine's kind of processor. */
  pushForArm(path: string): Promise<string>;
  remove(): Promise<void>;
}

/** Builds the app. */
export async function appImage(): Promise<AppImage> {
  const registry = await startPrivateRegistry();
  const host = `localhost:${registry.port}`;
  const built = `${host}/app:1`;
  const context = pack();
  context.entry({ name: "app.py" }, SERVER);
  context.entry(
    { name: "Dockerfile" },
    'FROM python:3.12-slim\nCOPY app.py /app.py\nCMD ["python", "/app.py"]\n',
  );
  context.finalize();
  await followed(
    await docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: built }),
  );
  const names = [built];
  return {
    registry: host,
    async push(path) {
      const repo = `${host}/${path}`;
      names.push(`${repo}:1`);
      await docker.getImage(built).tag({ repo, tag: "1" });
      const options: Docker.ImagePushOptions = { authconfig: anybody };
      await followed(await docker.getImage(`${repo}:1`).push(options));
      return `${path}@${await digestOf(host, path)}`;
    },
    pushForArm: (path) => pushForArm(host, path),
    async remove() {
      for (const { RepoTags, RepoDigests } of await docker.listImages()) {
        const own = [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((name) =>
          name.startsWith(`${host}/`),
        );
        for (const name of own)
          await docker
            .getImage(name)
            .remove({ force: true })
            .catch(() => {});
      }
      await registry.remove();
    },
  };
}

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

async function digestOf(host: string, path: string): Promise<string> {
  const headers = { accept: MANIFEST };
  const answer = await fetch(`http://${host}/v2/${path}/manifests/1`, { method: "HEAD", headers });
  return answer.headers.get("docker-content-digest") ?? "";
}

/** A manifest without layers whose configuration says arm64. */
async function pushForArm(host: string, path: string): Promise<string> {
  const config = JSON.stringify({
    os: "linux",
    architecture: "arm64",
    rootfs: { type: "layers", diff_ids: [] },
  });
  const digest = `sha256:${createHash("sha256").update(config).digest("hex")}`;
  const upload = await fetch(`http://${host}/v2/${path}/blobs/uploads/`, { method: "POST" });
  const place = new URL(upload.headers.get("location") ?? "", `http://${host}`);
  place.searchParams.set("digest", digest);
  await fetch(place, { method: "PUT", body: config });
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: {
      mediaType: "application/vnd.docker.container.image.v1+json",
      size: config.length,
      digest,
    },
    layers: [],
  };
  await fetch(`http://${host}/v2/${path}/manifests/1`, {
    method: "PUT",
    headers: { "content-type": MANIFEST },
    body: JSON.stringify(manifest),
  });
  return `${path}@${await digestOf(host, path)}`;
}

function followed(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
}
