import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type { AnalyzeRequest, AnalyzerResource } from "@pulumi/pulumi/proto/analyzer_pb.js";
import protobuf from "google-protobuf/google/protobuf/struct_pb.js";
import { marked } from "./marked.ts";
import { type StackFacts, stackFacts } from "./stack-facts.ts";

/**
 * Listens to what Pulumi's engine tells a policy pack, before Pulumi's SDK for policies reads it: the SDK hands over secrets in
 * clear, as if they were no secrets, and of the stack nothing but its tags. To be called before the pack is made.
 * @param isRehearsal whether the clouds are played on this machine.
 * @returns what is known of the stack by now.
 */
export function hearEngine(isRehearsal: boolean): () => StackFacts {
  let facts = stackFacts("", new Map());
  const { analyze, analyzeStack, configureStack } = analyzer.AnalyzerService;
  listen(configureStack, (request) => {
    const config = [...request.getConfigMap().entries()];
    facts = stackFacts(request.getStack(), new Map(config), isRehearsal);
  });
  listen(analyze, hide);
  listen(analyzeStack, (request) => request.getResourcesList().forEach(hide));
  return () => facts;
}

/** Every message is heard on its way from the wire to the SDK, which may be changed here. */
function listen<T>(
  method: { requestDeserialize: (bytes: Buffer) => T },
  hear: (request: T) => void,
): void {
  const deserialize = method.requestDeserialize;
  method.requestDeserialize = (bytes) => {
    const request = deserialize(bytes);
    hear(request);
    return request;
  };
}

function hide(resource: AnalyzeRequest | AnalyzerResource): void {
  const properties = resource.getProperties()?.toJavaScript() ?? {};
  resource.setProperties(protobuf.Struct.fromJavaScript(marked(properties) as typeof properties));
}
