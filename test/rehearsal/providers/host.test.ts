import { credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, expect, test } from "vitest";
import { attach, type Host } from "../../../rehearsal/providers/host.ts";
import type { Call, Provider, ResourceType } from "../../../rehearsal/providers/provider.ts";
import { InitError, RuleError } from "../../../rehearsal/providers/rule-error.ts";
import { fromStruct, type Properties, toStruct } from "../../../rehearsal/providers/values.ts";

// The host without an engine: a gRPC client in the engine's place, a small provider in the stand-in's.

type Client = InstanceType<typeof providerGrpc.ResourceProviderClient>;

const URN = "urn:pulumi:dev::shop::slipway:target:Docker$toy:index:Thing::web::1";
let host: Host;
let clients: Client[];
let began: Call[];

beforeEach(async () => {
  began = [];
  clients = [];
  host = await attach({ toy: toyProvider(), other: toyProvider() });
});
afterEach(async () => {
  for (const client of clients) client.close();
  await host.close();
});

/** A provider whose thing says what its configuration is, fails by its name, or waits until it is aborted. */
function toyProvider(): Provider {
  return {
    version: "1.2.3",
    async configure(config) {
      const thing = {
        create: async ({ inputs }: { inputs: Properties }, call: Call) => {
          began.push(call);
          call.log.progress("working");
          if (inputs.fails === "bug") throw new TypeError("not a function");
          if (inputs.fails === "rule") throw new RuleError("thing: refused; do otherwise");
          if (inputs.fails === "init")
            throw new InitError("id-7", { half: true }, "it did not come up");
          if (inputs.waits)
            await new Promise((_resolve, reject) =>
              call.signal.addEventListener("abort", () => reject(new Error("aborted"))),
            );
          return { id: "id-1", state: { ...inputs, config } };
        },
      };
      return { resources: { "toy:index:Thing": thing as unknown as ResourceType }, functions: {} };
    },
  };
}

function connect(name = "toy"): Client {
  const port = new Map(
    host.debugProviders.split(",").map((entry) => entry.split(":") as [string, string]),
  ).get(name);
  const client = new providerGrpc.ResourceProviderClient(
    `127.0.0.1:${port}`,
    credentials.createInsecure(),
    {
      "grpc.max_receive_message_length": -1,
      "grpc.use_local_subchannel_pool": 1,
    },
  );
  clients.push(client);
  return client;
}

function configure(client: Client, args: Properties): Promise<providerPb.ConfigureResponse> {
  const request = new providerPb.ConfigureRequest();
  request.setArgs(toStruct(args));
  return new Promise((resolve, reject) =>
    client.configure(request, (error, response) => (error ? reject(error) : resolve(response))),
  );
}

function create(
  client: Client,
  properties: Properties,
): Promise<{ id: string; state: Properties }> {
  const request = new providerPb.CreateRequest();
  request.setUrn(URN);
  request.setProperties(toStruct(properties));
  return new Promise((resolve, reject) =>
    client.create(request, (error, response) =>
      error
        ? reject(error)
        : resolve({ id: response.getId(), state: fromStruct(response.getProperties()) }),
    ),
  );
}

test("it serves each package on a port of its own", () => {
  expect(host.debugProviders).toMatch(/^toy:\d+,other:\d+$/);
});

test("it answers with the version and with what it supports, and accepts no secrets", async () => {
  const client = connect();
  const info = await new Promise<string>((resolve, reject) =>
    client.getPluginInfo(new emptyPb.Empty(), (error, response) =>
      error ? reject(error) : resolve(response.getVersion()),
    ),
  );
  const response = await configure(client, {});
  expect(info).toBe("1.2.3");
  expect(response.toObject()).toEqual({
    acceptsecrets: false,
    supportspreview: true,
    acceptresources: false,
    acceptoutputs: false,
    supportsAutonamingConfiguration: true,
  });
});

test("each connection has the configuration that it gave, and the type is read from the URN", async () => {
  const [one, two] = [connect(), connect()];
  await configure(one, { name: "one" });
  await configure(two, { name: "two" });
  expect(await create(one, {})).toEqual({ id: "id-1", state: { config: { name: "one" } } });
  expect(await create(two, {})).toEqual({ id: "id-1", state: { config: { name: "two" } } });
});

test("a connection that was lost goes on with the configuration of the last", async () => {
  const first = connect();
  await new Promise((resolve) => first.attach(new pluginPb.PluginAttach(), resolve));
  await configure(first, { name: "first" });
  expect((await create(connect(), {})).state).toEqual({ config: { name: "first" } });
});

test("secrets come in laid open", async () => {
  const client = connect();
  await configure(client, {});
  const password = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value: "open",
  };
  expect((await create(client, { list: [password] })).state).toEqual({
    list: ["open"],
    config: {},
  });
});

test("messages may be larger than gRPC's four megabytes", async () => {
  const client = connect();
  await configure(client, {});
  const large = "x".repeat(4_300_000);
  expect((await create(client, { large })).state.large).toBe(large);
});

test("a refusal is its message alone; a resource that did not come up carries its id and state", async () => {
  const client = connect();
  await configure(client, {});
  await expect(create(client, { fails: "rule" })).rejects.toMatchObject({
    details: "thing: refused; do otherwise",
  });
  const error = (await create(client, { fails: "init" }).catch(
    (failure) => failure,
  )) as ServiceError;
  const [packed] = error.metadata.get("grpc-status-details-bin");
  const [any] = statusPb.Status.deserializeBinary(packed as Buffer).getDetailsList();
  const failed = any?.unpack(
    providerPb.ErrorResourceInitFailed.deserializeBinary,
    "pulumirpc.ErrorResourceInitFailed",
  );
  expect([failed?.getId(), fromStruct(failed?.getProperties()), failed?.getReasonsList()]).toEqual([
    "id-7",
    { half: true },
    ["it did not come up"],
  ]);
});

test("a type without a stand-in is refused by name", async () => {
  const client = connect();
  await configure(client, {});
  const request = new providerPb.CheckRequest();
  request.setUrn("urn:pulumi:dev::shop::toy:index:Other::web");
  const failure = await new Promise<ServiceError | null>((resolve) =>
    client.check(request, (error) => resolve(error)),
  );
  expect(failure?.details).toBe("toy:index:Other: this type has no stand-in; rehearse without it");
});

test("Cancel aborts what that connection has begun, and only that", async () => {
  const [one, two] = [connect(), connect()];
  await configure(one, {});
  await configure(two, {});
  const waiting = [create(one, { waits: true }), create(two, { waits: true })];
  for (const work of waiting) work.catch(() => {});
  await expect.poll(() => began.length).toBe(2);
  await new Promise((resolve) => one.cancel(new emptyPb.Empty(), resolve));
  await expect(waiting[0]).rejects.toMatchObject({ details: "cancelled" });
  expect(began.map(({ signal }) => signal.aborted).sort()).toEqual([false, true]);
});

test("a call that the engine gives up is aborted, and so is all when the host closes", async () => {
  const client = connect();
  await configure(client, {});
  const request = new providerPb.CreateRequest();
  request.setUrn(URN);
  request.setProperties(toStruct({ waits: true }));
  const given = client.create(request, () => {});
  create(client, { waits: true }).catch(() => {});
  await expect.poll(() => began.length).toBe(2);
  given.cancel();
  await expect.poll(() => began.map(({ signal }) => signal.aborted).sort()).toEqual([false, true]);
  await host.close();
  expect(began.map(({ signal }) => signal.aborted)).toEqual([true, true]);
});

test("progress and bugs reach the engine's log beside the resource, refusals do not", async () => {
  const lines: { urn: string; severity: number; ephemeral: boolean; message: string }[] = [];
  const engine = new Server();
  engine.addService(engineGrpc.EngineService as never, {
    log: (
      { request }: { request: enginePb.LogRequest },
      callback: (error: null, empty: emptyPb.Empty) => void,
    ) => {
      const { urn, severity, ephemeral, message } = request.toObject();
      lines.push({ urn, severity, ephemeral, message: message.split("\n")[0] ?? "" });
      callback(null, new emptyPb.Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    engine.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const client = connect();
  const request = new pluginPb.PluginAttach();
  request.setAddress(`127.0.0.1:${port}`);
  await new Promise((resolve) => client.attach(request, resolve));
  await configure(client, {});
  await create(client, { fails: "rule" }).catch(() => {});
  await expect(create(client, { fails: "bug" })).rejects.toMatchObject({
    details: "not a function",
  });
  await expect.poll(() => lines.length).toBe(3);
  engine.forceShutdown();
  const progress = { urn: URN, severity: 1, ephemeral: true, message: "working" };
  expect(lines).toEqual([
    progress,
    progress,
    {
      urn: URN,
      severity: 3,
      ephemeral: false,
      message: "the stand-in has a bug: TypeError: not a function",
    },
  ]);
});
