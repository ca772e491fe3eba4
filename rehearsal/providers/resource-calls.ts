// The calls of the engine that are about resources and functions.

import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type { Connection } from "./connections.ts";
import { checkResponse, diffResponse } from "./messages.ts";
import type { Autonaming, Call, Configured, ResourceType } from "./provider.ts";
import { RuleError } from "./rule-error.ts";
import { fromStruct, toStruct } from "./values.ts";

/** The calls, for whatever provider the connection has configured. */
export const resourceCalls = {
  async invoke(request: providerPb.InvokeRequest, call: Call, connection: Connection) {
    const token = request.getTok();
    const found = configuredOf(connection).functions[token];
    if (!found) throw new RuleError(`${token}: this function has no stand-in; rehearse without it`);
    const response = new providerPb.InvokeResponse();
    response.setReturn(toStruct(await found(fromStruct(request.getArgs()), call)));
    return response;
  },

  async check(request: providerPb.CheckRequest, call: Call, connection: Connection) {
    const checked = await resourceType(request, connection).check(
      {
        news: fromStruct(request.getNews()),
        olds: request.hasOlds() ? fromStruct(request.getOlds()) : undefined,
        name: request.getName() || nameOf(request.getUrn()),
        seed: request.getRandomseed_asU8(),
        autonaming: autonamingOf(request.getAutonaming()),
      },
      call,
    );
    return checkResponse(checked);
  },

  async diff(request: providerPb.DiffRequest, call: Call, connection: Connection) {
    const diff = await resourceType(request, connection).diff(
      {
        id: request.getId(),
        state: fromStruct(request.getOlds()),
        oldInputs: fromStruct(request.getOldInputs()),
        news: fromStruct(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
      },
      call,
    );
    return diffResponse(diff);
  },

  async create(request: providerPb.CreateRequest, call: Call, connection: Connection) {
    const { id, state } = await resourceType(request, connection).create(
      { inputs: fromStruct(request.getProperties()) },
      { ...call, preview: request.getPreview() },
    );
    const response = new providerPb.CreateResponse();
    response.setId(id);
    response.setProperties(toStruct(state));
    return response;
  },

  async read(request: providerPb.ReadRequest, call: Call, connection: Connection) {
    const state = fromStruct(request.getProperties());
    const imports = Object.keys(state).length === 0;
    const found = await resourceType(request, connection).read(
      {
        id: request.getId(),
        state: imports ? undefined : state,
        inputs: request.hasInputs() ? fromStruct(request.getInputs()) : undefined,
      },
      call,
    );
    const response = new providerPb.ReadResponse();
    if (!found) return response;
    response.setId(found.id);
    response.setProperties(toStruct(found.state));
    response.setInputs(toStruct(found.inputs));
    return response;
  },

  async update(request: providerPb.UpdateRequest, call: Call, connection: Connection) {
    const state = await resourceType(request, connection).update(
      {
        id: request.getId(),
        state: fromStruct(request.getOlds()),
        oldInputs: fromStruct(request.getOldInputs()),
        inputs: fromStruct(request.getNews()),
      },
      { ...call, preview: request.getPreview() },
    );
    const response = new providerPb.UpdateResponse();
    response.setProperties(toStruct(state));
    return response;
  },

  async delete(request: providerPb.DeleteRequest, call: Call, connection: Connection) {
    const state = fromStruct(request.getProperties());
    await resourceType(request, connection).delete({ id: request.getId(), state }, call);
    return new emptyPb.Empty();
  },
};

function resourceType(
  request: { getUrn(): string; getType(): string },
  connection: Connection,
): ResourceType {
  const type = request.getType() || typeOf(request.getUrn());
  const found = configuredOf(connection).resources[type];
  if (!found) throw new RuleError(`${type}: this type has no stand-in; rehearse without it`);
  return found;
}

function configuredOf({ configured }: Connection): Configured {
  if (!configured)
    throw new RuleError("the provider is not configured yet: an input of the provider is unknown");
  return configured;
}

function autonamingOf(
  options: providerPb.CheckRequest.AutonamingOptions | undefined,
): Autonaming | undefined {
  if (!options) return undefined;
  const mode = (["propose", "enforce", "disable"] as const)[options.getMode()];
  return mode && { mode, proposedName: options.getProposedName() };
}

/** `urn:pulumi:stack::project::parent$type::name` → the type, without its parents. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
