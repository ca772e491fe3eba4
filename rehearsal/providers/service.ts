import type { handleUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import type pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { type Connection, connections } from "./connections.ts";
import { type PluginCall, pluginCalls } from "./plugin-calls.ts";
import type { Provider } from "./provider.ts";
import { resourceCalls } from "./resource-calls.ts";
import { InitError, RuleError } from "./rule-error.ts";
import { toStatus, unimplemented } from "./status.ts";

// Pulumi's `ResourceProvider` service for one stand-in: every call with its connection, its signal and its errors.

/** The service's methods, and a way to end the work that they have begun. */
export interface ProviderService {
  readonly implementation: UntypedServiceImplementation;
  /** Aborts running calls and waits until they have ended. */
  close(): Promise<void>;
}

/** What stand-ins do not have. */
const ABSENT = ["parameterize", "call", "construct", "list", "getMapping", "getMappings"];

/** Serves one provider to any number of engines, each provider instance of a run on its own connection. */
export function providerService(provider: Provider): ProviderService {
  const open = connections();
  const running = new Set<Promise<void>>();

  const serve =
    (work: PluginCall<never, unknown>): handleUnaryCall<never, unknown> =>
    (rpc, callback) => {
      const gone = new AbortController();
      rpc.on("cancelled", () => gone.abort(new RuleError("cancelled")));
      const done = answer(work, rpc.request, open.of(rpc.getPeer()), gone.signal, callback);
      running.add(done);
      void done.finally(() => running.delete(done));
    };
  const calls = Object.entries({ ...pluginCalls(provider), ...resourceCalls });

  return {
    implementation: {
      ...Object.fromEntries(calls.map(([name, work]) => [name, serve(work)])),
      handshake: introduce((peer, request: providerPb.ProviderHandshakeRequest) => {
        open.attach(peer, request.getEngineAddress());
        const response = new providerPb.ProviderHandshakeResponse();
        response.setSupportsAutonamingConfiguration(true);
        return response;
      }),
      attach: introduce((peer, request: pluginPb.PluginAttach) => {
        open.attach(peer, request.getAddress());
        return new emptyPb.Empty();
      }),
      ...Object.fromEntries(ABSENT.map((name) => [name, absent(name)])),
    },
    async close() {
      open.closeAll();
      await Promise.allSettled(running);
    },
  };
}

function introduce<Request, Response>(
  work: (peer: string, request: Request) => Response,
): handleUnaryCall<Request, Response> {
  return (rpc, callback) => callback(null, work(rpc.getPeer(), rpc.request));
}

/** `list` streams its answer and has no callback: it fails by its stream. */
function absent(name: string) {
  return (rpc: { emit?(event: "error", error: object): void }, callback?: sendUnaryData<never>) => {
    if (callback) callback(unimplemented(name));
    else rpc.emit?.("error", unimplemented(name));
  };
}

async function answer(
  work: PluginCall<never, unknown>,
  request: { getUrn?(): string },
  connection: Connection,
  gone: AbortSignal,
  callback: sendUnaryData<unknown>,
): Promise<void> {
  const urn = request.getUrn?.() ?? "";
  const log = connection.log(urn);
  const signal = AbortSignal.any([connection.signal, gone]);
  try {
    callback(null, await work(request as never, { urn, preview: false, signal, log }, connection));
  } catch (error) {
    // A resource that was made must reach the state even if the user has given up meanwhile.
    const cancelled = signal.aborted && !(error instanceof InitError);
    const told = cancelled ? new RuleError("cancelled") : error;
    if (!(told instanceof RuleError)) log.error(bug(told));
    callback(toStatus(told));
  }
}

function bug(error: unknown): string {
  return `the stand-in has a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
