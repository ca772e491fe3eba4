import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes of a socket's path that every system takes. */
const LONGEST = 100;

/** Where the ways to a builder's BuildKit begin on this machine; only this user may look into it. */
export interface Sockets {
  /** Of what is handed on into the container; see `openDial`. */
  readonly dial: string;
  /** The folder that a container of this machine's own engine is given. */
  readonly shared: string;
  /** The socket that BuildKit then makes in it. */
  readonly direct: string;
  remove(): void;
}

/** @param wanted the folder for them; another one is taken where the system would refuse the sockets' paths. */
export function makeSockets(wanted: string): Sockets {
  const isLong = Buffer.byteLength(socketsIn(wanted).direct) > LONGEST;
  const folder = isLong ? mkdtempSync(join(tmpdir(), "slipway-")) : wanted;
  const sockets = socketsIn(folder);
  mkdirSync(sockets.shared, { recursive: true, mode: 0o700 });
  return { ...sockets, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function socketsIn(folder: string): Omit<Sockets, "remove"> {
  const shared = join(folder, "shared");
  return { dial: join(folder, "dial.sock"), shared, direct: join(shared, "buildkitd.sock") };
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
