// The calls of the engine that are about the plugin and its configuration.

import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type { Connection } from "./connections.ts";
import { checkResponse, diffResponse } from "./messages.ts";
import type { Call, Provider } from "./provider.ts";
import { canonical, fromStruct } from "./values.ts";

/** The work behind one call: a message in, a message out. */
export type PluginCall<Request, Response> = (
  request: Request,
  call: Call,
  connection: Connection,
) => Promise<Response>;

/** The calls for one provider; a change of its configuration is an update, never a replacement. */
export function pluginCalls(provider: Provider) {
  return {
    async getPluginInfo() {
      const response = new pluginPb.PluginInfo();
      response.setVersion(provider.version);
      return response;
    },

    async getSchema() {
      const response = new providerPb.GetSchemaResponse();
      response.setSchema("{}");
      return response;
    },

    async checkConfig(request: providerPb.CheckRequest, call: Call) {
      const inputs = fromStruct(request.getNews());
      return checkResponse((await provider.checkConfig?.(inputs, call)) ?? { inputs });
    },

    async diffConfig(request: providerPb.DiffRequest) {
      const olds = fromStruct(request.getOldInputs() ?? request.getOlds());
      const news = fromStruct(request.getNews());
      const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
      const changed = keys.filter((key) => canonical(olds[key]) !== canonical(news[key]));
      return diffResponse({ changes: Object.fromEntries(changed.map((key) => [key, "update"])) });
    },

    async configure(request: providerPb.ConfigureRequest, call: Call, connection: Connection) {
      connection.configured = await provider.configure(fromStruct(request.getArgs()), call);
      const response = new providerPb.ConfigureResponse();
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    },

    async cancel(_request: emptyPb.Empty, _call: Call, connection: Connection) {
      connection.cancel();
      return new emptyPb.Empty();
    },
  };
}
