import { setTimeout as pause } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";

const patience = 5_000;
const pauseBetween = 20;

/**
 * Asks Pulumi's engine what the state of this stack holds: its last outputs, or its resources' outputs by URN. The engine
 * answers for a stack that is being updated too; a state in plain files is then now and again half written, and is asked for again.
 * @throws pulumi.RunError when it stays unreadable for 5 seconds.
 */
export async function readState<T>(
  what: "readStackOutputs" | "readStackResourceOutputs",
): Promise<Readonly<Record<string, T>>> {
  const stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const args = what === "readStackOutputs" ? { name: stack } : { stackName: stack };
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      return await outputsOf(`pulumi:pulumi:${what}`, args);
    } catch (error) {
      const { message } = error as Error;
      if (!message.includes("failed to load checkpoint") || performance.now() > deadline) {
        throw new pulumi.RunError(
          `state of ${stack}: ${message}; look at it with pulumi stack export`,
        );
      }
      await pause(pauseBetween);
    }
  }
}

/**
 * Without `pulumi.runtime.invoke`, which logs every answer in full: the state's secrets, laid open, would be in the engine's
 * event log and in what `--debug` shows.
 */
function outputsOf<T>(
  token: string,
  args: Record<string, string>,
): Promise<Readonly<Record<string, T>>> {
  const request = new resourcePb.ResourceInvokeRequest();
  request.setTok(token);
  request.setArgs(structPb.Struct.fromJavaScript(args));
  return new Promise((resolve, reject) => {
    const monitor = pulumi.runtime.getMonitor();
    if (!monitor) throw new Error("there is no engine to ask");
    monitor.invoke(request, (error, answer) => {
      if (error) return reject(new Error(error.details ?? error.message));
      const found = pulumi.runtime.deserializeProperties(
        answer.getReturn() ?? new structPb.Struct(),
      );
      resolve(pulumi.runtime.unwrapRpcSecret(found.outputs));
    });
  });
}
