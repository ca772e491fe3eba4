import { Server, ServerCredentials } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { Provider } from "./provider.ts";
import { providerService } from "./service.ts";

// The host of the stand-ins: one gRPC server per package, to which Pulumi's engine attaches instead of starting a plugin.

/** Stand-ins that wait for an engine. */
export interface Host {
  /** The value for `PULUMI_DEBUG_PROVIDERS`, such as "docker:41234,gcp:41235". */
  readonly debugProviders: string;
  /** Aborts what is still running, waits until it has ended, and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves each provider, by its package name, on a free port of 127.0.0.1. Programs that Pulumi's engine runs with
 * `PULUMI_DEBUG_PROVIDERS` set to `debugProviders` use them in place of the packages' plugins, for any number of runs.
 */
export async function attach(providers: { readonly [name: string]: Provider }): Promise<Host> {
  const served = await Promise.all(
    Object.entries(providers).map(async ([name, provider]) => ({
      name,
      ...(await serve(provider)),
    })),
  );
  return {
    debugProviders: served.map(({ name, port }) => `${name}:${port}`).join(","),
    async close() {
      await Promise.all(served.map(({ close }) => close()));
    },
  };
}

async function serve(provider: Provider): Promise<{ port: number; close(): Promise<void> }> {
  const service = providerService(provider);
  const server = new Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  server.addService(providerGrpc.ResourceProviderService, service.implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    async close() {
      await service.close();
      server.forceShutdown();
    },
  };
}
