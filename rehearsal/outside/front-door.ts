import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Cloud } from "../cloud/cloud.ts";
import { registryAt } from "../cloud/repositories.ts";
import { RegistryDoor } from "./registry-door.ts";
import { tokenHost } from "./registry-logins.ts";
import { answerForWorkload } from "./workload-door.ts";

export interface FrontDoorArgs {
  readonly cloud: Cloud;
  /** Host and port of this machine's registry, which keeps what is in any other. */
  readonly registry: string;
}

export interface FrontDoor {
  /** What `SLIPWAY_OUTSIDE` is set to: `http://127.0.0.1:PORT`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Opens the door behind which a rehearsal plays the outside; who is meant is told by the `Host` of a request. */
export async function openFrontDoor({ cloud, registry }: FrontDoorArgs): Promise<FrontDoor> {
  const registries = new RegistryDoor(cloud, registry);
  const answer = (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const host = (request.headers.host ?? "").toLowerCase().replace(/:(?:80|443)$/, "");
    return host === tokenHost || registryAt(host)
      ? registries.answer(host, request, response)
      : answerForWorkload(cloud, host, request, response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(`${error.message}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
