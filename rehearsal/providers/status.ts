import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import { InitError } from "./rule-error.ts";
import { toStruct } from "./values.ts";

// Errors of a stand-in as the gRPC statuses that Pulumi's engine understands.

/** The status to answer with: the message alone, and for an `InitError` the details that make the engine keep the state. */
export function toStatus(error: unknown): Pick<ServiceError, "code" | "details" | "metadata"> {
  const details = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  if (error instanceof InitError) {
    metadata.set("grpc-status-details-bin", Buffer.from(initFailed(error).serializeBinary()));
  }
  return { code: status.UNKNOWN, details, metadata };
}

/** The status of a call that stand-ins do not have; the engine goes on without it. */
export function unimplemented(call: string): Pick<ServiceError, "code" | "details"> {
  return { code: status.UNIMPLEMENTED, details: `${call} is not part of this provider` };
}

function initFailed(error: InitError): statusPb.Status {
  const failed = new providerPb.ErrorResourceInitFailed();
  failed.setId(error.id);
  failed.setProperties(toStruct(error.state));
  failed.setReasonsList([error.message]);
  const packed = new anyPb.Any();
  packed.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const answer = new statusPb.Status();
  answer.setCode(status.UNKNOWN);
  answer.setMessage(error.message);
  answer.setDetailsList([packed]);
  return answer;
}
