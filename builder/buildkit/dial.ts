import { createServer, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Container } from "dockerode";
import { startInContainer } from "./exec.ts";

/** A socket of this machine that leads to a builder's BuildKit, wherever its engine is. */
export interface Dial {
  close(): void;
}

/**
 * Opens the socket. Each connection is a command in the container that hands it on to BuildKit, which so needs no port.
 * @param path the socket's.
 * @param container the one to reach, asked for at each connection.
 */
export async function openDial(
  path: string,
  container: () => Container | undefined,
): Promise<Dial> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connect(socket, container()).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(path, resolve);
  });
  return { close: () => void server.close() };
}

async function connect(socket: Socket, container: Container | undefined): Promise<void> {
  if (container === undefined) throw new Error("no builder runs");
  const { input, output, close } = await startInContainer(container, ["buildctl", "dial-stdio"]);
  socket.on("close", close);
  await Promise.all([pipeline(socket, input), pipeline(output, socket)]);
}
