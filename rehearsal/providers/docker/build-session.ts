import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
} from "@grpc/grpc-js";
import type Docker from "dockerode";
import jspb from "google-protobuf";
import type { Credentials } from "./credentials.ts";

// The session beside a BuildKit build: the engine asks it for the credentials of the registries that it pulls from.

/** A session that the engine holds open while it builds. */
export interface BuildSession {
  /** Goes into the build's query. */
  readonly id: string;
  close(): void;
}

/** Opens a session that answers, per registry host, with these credentials, and with none where there are none. */
export async function openBuildSession(
  docker: Docker,
  credentialsFor: (host: string) => Credentials | undefined,
): Promise<BuildSession> {
  const id = randomUUID();
  const socket = await upgrade(docker, id);
  const server = new Server();
  server.addService(SERVICE, {
    credentials: (
      { request }: ServerUnaryCall<string, Uint8Array>,
      callback: sendUnaryData<Uint8Array>,
    ) => {
      const found = credentialsFor(request);
      callback(null, credentialsMessage(found));
    },
    check: (_call: unknown, callback: sendUnaryData<Uint8Array>) => callback(null, SERVING),
  });
  server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(socket);
  return {
    id,
    close() {
      server.forceShutdown();
      socket.destroy();
    },
  };
}

function upgrade(docker: Docker, id: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const options = {
      method: "POST",
      path: "/session",
      hijack: true,
      headers: {
        Upgrade: "h2c",
        "X-Docker-Expose-Session-Uuid": id,
        "X-Docker-Expose-Session-Name": "slipway",
        "X-Docker-Expose-Session-Grpc-Method": "/moby.filesync.v1.Auth/Credentials",
      },
      statusCodes: { 200: true, 500: "server error" },
    };
    docker.modem.dial(options, (error: unknown, socket: unknown) =>
      error ? reject(error) : resolve(socket as Socket),
    );
  });
}

const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
const unary = {
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  responseSerialize: same,
  responseDeserialize: same,
} as const;

/** The two calls that BuildKit makes; without an answer to the health check it drops the session after a few seconds. */
const SERVICE: ServiceDefinition = {
  credentials: { ...unary, path: "/moby.filesync.v1.Auth/Credentials", requestDeserialize: hostOf },
  check: { ...unary, path: "/grpc.health.v1.Health/Check", requestDeserialize: same },
};

/** `HealthCheckResponse{status: SERVING}`. */
const SERVING = Uint8Array.of(0x08, 0x01);

function hostOf(bytes: Uint8Array): string {
  const reader = new jspb.BinaryReader(bytes);
  let host = "";
  while (reader.nextField()) {
    if (reader.getFieldNumber() === 1) host = reader.readString();
    else reader.skipField();
  }
  return host;
}

function credentialsMessage(found: Credentials | undefined): Uint8Array {
  const writer = new jspb.BinaryWriter();
  if (found) {
    writer.writeString(1, found.username);
    writer.writeString(2, found.password);
  }
  return writer.getResultBuffer();
}
