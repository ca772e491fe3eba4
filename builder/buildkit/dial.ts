import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Container } from "dockerode";
import { startInContainer } from "./exec.ts";

/** A socket of this machine behind which a builder's BuildKit answers, wherever its engine is. */
export interface Dial {
  /** As in `BUILDKIT_HOST`. */
  readonly address: string;
  close(): void;
}

/** Bytes of a socket's path that every system takes. */
const LONGEST = 100;

/**
 * Opens the socket. Each connection is a command in the container that hands it on to BuildKit, which so needs no port.
 * @param work the folder for it, which only this user may look into.
 * @param container the one to reach, asked for at each connection.
 */
export async function openDial(
  work: string,
  slot: number,
  container: () => Container | undefined,
): Promise<Dial> {
  const wanted = join(work, `${slot}.sock`);
  const short = Buffer.byteLength(wanted) > LONGEST ? mkdtempSync(join(tmpdir(), "slipway-")) : "";
  const path = short ? join(short, "sock") : wanted;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connect(socket, container()).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(path, resolve);
  });
  return {
    address: `unix://${path}`,
    close() {
      server.close();
      if (short) rmSync(short, { recursive: true, force: true });
    },
  };
}

async function connect(socket: Socket, container: Container | undefined): Promise<void> {
  if (container === undefined) throw new Error("no builder runs");
  const { input, output, close } = await startInContainer(container, ["buildctl", "dial-stdio"]);
  socket.on("close", close);
  await Promise.all([pipeline(socket, input), pipeline(output, socket)]);
}
