import { setTimeout as pause } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

const patience = 5_000;
const pauseBetween = 20;

/**
 * Asks Pulumi's engine what the state of this stack holds: its last outputs, or its resources' outputs by URN. The engine
 * answers for a stack that is being updated too; a state in plain files is then now and again half written, and is asked for again.
 * @throws pulumi.RunError when it stays unreadable for 5 seconds.
 */
export function readState<T>(what: What): Promise<Readonly<Record<string, T>>> {
  const asked = onTheirWay.get(what) ?? ask(what).finally(() => onTheirWay.delete(what));
  onTheirWay.set(what, asked);
  return asked as Promise<Readonly<Record<string, T>>>;
}

type What = "readStackOutputs" | "readStackResourceOutputs";

/** Who asks the same before the answer is there shares it: the engine reads and sends the whole state each time. */
const onTheirWay = new Map<What, Promise<unknown>>();

async function ask(what: What): Promise<unknown> {
  const stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const args = what === "readStackOutputs" ? { name: stack } : { stackName: stack };
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      const { outputs } = await pulumi.runtime.invoke(`pulumi:pulumi:${what}`, args);
      return outputs;
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
