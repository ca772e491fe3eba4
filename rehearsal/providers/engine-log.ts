import { credentials } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import type { Log } from "./provider.ts";

// The way back to Pulumi's engine: log lines that it shows beside the resource.

/** One engine's log, reached through the address that it gave when it attached. */
export interface EngineLog {
  /** The log of one resource; an empty URN is the run itself. */
  of(urn: string): Log;
  close(): void;
}

/** Connects, on the first line, to the engine at `address` ("127.0.0.1:PORT"). Lines that cannot be delivered are dropped. */
export function engineLog(address: string): EngineLog {
  let client: InstanceType<typeof engineGrpc.EngineClient> | undefined;
  const send = (
    urn: string,
    severity: enginePb.LogSeverity,
    message: string,
    ephemeral: boolean,
  ): void => {
    client ??= new engineGrpc.EngineClient(address, credentials.createInsecure());
    const request = new enginePb.LogRequest();
    request.setUrn(urn);
    request.setSeverity(severity);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    client.log(request, () => {});
  };
  return {
    of: (urn) => ({
      progress: (text) => send(urn, enginePb.LogSeverity.INFO, text, true),
      info: (text) => send(urn, enginePb.LogSeverity.INFO, text, false),
      warn: (text) => send(urn, enginePb.LogSeverity.WARNING, text, false),
      error: (text) => send(urn, enginePb.LogSeverity.ERROR, text, false),
    }),
    close: () => client?.close(),
  };
}

/** A log that says nothing, for the calls that come before an engine has given its address. */
export const silentLog: Log = { progress() {}, info() {}, warn() {}, error() {} };
