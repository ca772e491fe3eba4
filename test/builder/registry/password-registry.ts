import { randomBytes } from "node:crypto";
import { pack } from "tar-stream";
import { waitForRegistry } from "../../../setup/registry-answers.ts";
import { registryImage } from "../../../setup/registry-image.ts";
import { findServerImage } from "../../../setup/server-image.ts";
import { docker, engineHost } from "../../rehearsal/engine.ts";

/** bcrypt of `letmein`. */
const hash = "$2b$04$WuC494CgyWzsbulgJ0yL6e3m7qNVvhcmTaclzK1fghgADSnBZByLi"; // pragma: allowlist secret

/** Starts a registry that lets in nobody but `acme` with the password `letmein`. */
export async function startPasswordRegistry(): Promise<{
  readonly port: number;
  remove(): Promise<void>;
}> {
  const image = await findServerImage(engineHost, registryImage);
  if (image === undefined)
    throw new Error("the engine holds no registry image; run npm start once");
  const container = await docker.createContainer({
    name: `slipway-test-registry-${randomBytes(4).toString("hex")}`,
    Image: image,
    Env: [
      "REGISTRY_AUTH=htpasswd",
      "REGISTRY_AUTH_HTPASSWD_REALM=here",
      "REGISTRY_AUTH_HTPASSWD_PATH=/etc/htpasswd",
      "OTEL_TRACES_EXPORTER=none",
    ],
    Labels: { "slipway.registry": "private" },
    ExposedPorts: { "5000/tcp": {} },
    HostConfig: { PortBindings: { "5000/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] } },
  });
  const remove = async () => void (await container.remove({ force: true, v: true }));
  try {
    const file = pack();
    file.entry({ name: "htpasswd", mode: 0o644 }, `acme:${hash}\n`);
    file.finalize();
    await container.putArchive(file as unknown as NodeJS.ReadableStream, { path: "/etc" });
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const port = Number(NetworkSettings.Ports["5000/tcp"]?.[0]?.HostPort);
    await waitForRegistry(port);
    return { port, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
