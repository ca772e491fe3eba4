import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer } from "node:tls";
import { engineHost } from "../rehearsal/engine.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";

/** This machine's engine as one elsewhere: behind a door that asks for a certificate. */
export interface EngineDoor {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  readonly certificates: Certificates;
  /** How many connections were let in. */
  entered(): number;
  close(): Promise<void>;
}

/** Opens a door on an address of this machine, on a free port. */
export async function openEngineDoor(address: string): Promise<EngineDoor> {
  const certificates = makeCertificates(address);
  const open = new Set<Socket>();
  let entered = 0;
  const server = createServer(
    {
      ca: certificates.ca,
      ...certificates.server,
      requestCert: true,
      rejectUnauthorized: true,
      // The end of what a client sends to a process in a container is not the end of what it reads.
      allowHalfOpen: true,
    },
    (client) => {
      entered += 1;
      const engine = connect({ path: engineHost.replace(/^unix:\/\//, ""), allowHalfOpen: true });
      client.on("close", () => engine.destroy());
      engine.on("close", () => client.destroy());
      client.on("error", () => engine.destroy());
      engine.on("error", () => client.destroy());
      client.pipe(engine).pipe(client);
    },
  );
  // Also those that are never let in, which half open would stay for good.
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  server.listen(0, address);
  await once(server, "listening");
  return {
    host: `tcp://${address}:${(server.address() as AddressInfo).port}`,
    certificates,
    entered: () => entered,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
