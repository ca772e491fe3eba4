import type { FastifyInstance } from "fastify";
import { UserError } from "../../setup/user-error.ts";
import type { Settings } from "../settings.ts";

/**
 * Listens where the settings say.
 * @returns the address, e.g. `http://127.0.0.1:8000`.
 * @throws UserError when the port is taken or not to be had.
 */
export async function listen(
  app: FastifyInstance,
  { host, port }: Required<Pick<Settings, "host" | "port">>,
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    throw explained(error as NodeJS.ErrnoException, host, port);
  }
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case "EADDRINUSE":
      return new UserError(`PORT: ${port} is taken; PORT=${port + 1} npm run builder`);
    case "EACCES":
      return new UserError(
        `PORT: ${port} is not for this user; take one from 1024 on, PORT=8000 npm run builder`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new UserError(
        `HOST: ${host} is no address of this machine; take HOST away or use 0.0.0.0`,
      );
    default:
      return error;
  }
}
