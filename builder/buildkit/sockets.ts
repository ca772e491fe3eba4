import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes of a socket's path that every system takes. */
const LONGEST = 103;

/** The name of BuildKit's own in the shared folder. */
export const SOCKET = "b";

/** Where the ways to a builder's BuildKit begin on this machine; only this user may look into their folder. */
export interface Sockets {
  /** Of what is handed on into the container; see `openDial`. */
  readonly dial: string;
  /** The folder that a container of this machine's own engine is given. */
  readonly shared: string;
  /** The socket that BuildKit then makes in it. */
  readonly direct: string;
  remove(): Promise<void>;
}

/** @param wanted the folder for them; another one is taken where the system would refuse the sockets' paths. */
export async function makeSockets(wanted: string): Promise<Sockets> {
  const isLong = Buffer.byteLength(socketsIn(wanted).direct) > LONGEST;
  const folder = isLong ? await mkdtemp(join(tmpdir(), "slipway-")) : wanted;
  const sockets = socketsIn(folder);
  await mkdir(sockets.shared, { recursive: true, mode: 0o700 });
  return { ...sockets, remove: () => rm(folder, { recursive: true, force: true }) };
}

function socketsIn(folder: string): Omit<Sockets, "remove"> {
  const shared = join(folder, "s");
  return { dial: join(folder, "d"), shared, direct: join(shared, SOCKET) };
}

/** Whether somebody listens at a socket. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
