import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { onTestFinished, vi } from "vitest";

/** What the program told Pulumi's engine of a resource. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** The parent's URN; empty for none. */
  readonly parent: string;
  /** The provider's URN; empty for the default one. */
  readonly provider: string;
  /** As sent: a secret stands as `{secret: value}`, what a preview cannot know as `<unknown>`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The options that are not at their default. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a stack's state and a provider answer. */
export interface MockEngineArgs {
  /** Whether the run is a preview. Default false. */
  readonly preview?: boolean;
  /** The answer to `readStackResourceOutputs`: the state's resources by URN. */
  readonly state?: Readonly<Record<string, unknown>>;
  /** The answer to `readStackOutputs`: the stack's outputs from before. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** What the provider does with an image: returns its `repoDigest`. */
  readonly push?: (imageName: string) => string;
  /** What a provider adds to a resource's inputs once it has made it; by type, never in a preview. */
  readonly computed?: Readonly<Record<string, (inputs: Record<string, unknown>) => object>>;
  /** What providers answer to their functions, by token. */
  readonly answers?: Readonly<Record<string, Record<string, unknown>>>;
}

export interface MockEngine {
  readonly resources: readonly Registered[];
  /** The URNs that each resource waits for, by its type and name: `docker:index/image:Image web`. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
  /** The outputs that each resource makes secret beyond its inputs, by its type and name. */
  readonly secretOutputs: Readonly<Record<string, readonly string[]>>;
  /** Each invoke as its token and arguments. */
  readonly invokes: readonly (readonly [token: string, args: unknown])[];
  /** What was logged, without what is ephemeral. */
  readonly logs: readonly string[];
}

export const urnOf = (type: string, name: string): string =>
  `urn:pulumi:dev::slipway::${type}::${name}`;

/** Puts Pulumi's mocks in place of its engine, as stack `dev` of project `slipway`, and writes down what they are told. */
export async function mockEngine(args: MockEngineArgs = {}): Promise<MockEngine> {
  const invokes: [string, unknown][] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const known = args.preview ? undefined : `${name}-id`;
        if (type !== "docker:index/image:Image") {
          const computed = args.preview ? {} : args.computed?.[type]?.(inputs);
          return { id: known, state: { ...inputs, ...computed } };
        }
        const pushed = args.preview ? {} : { repoDigest: args.push?.(inputs.imageName) };
        return { id: known, state: { ...inputs, ...pushed } };
      },
      call: ({ token, inputs }) => {
        invokes.push([token, inputs]);
        if (token === "pulumi:pulumi:readStackResourceOutputs") {
          return { outputs: args.state ?? {} };
        }
        return args.answers?.[token] ?? { name: inputs.name, outputs: args.outputs ?? {} };
      },
    },
    "slipway",
    "dev",
    args.preview ?? false,
    "organization",
  );
  return { ...recordResources(), invokes, logs: recordLogs() };
}

/** The value of an output once it is settled; undefined where a preview does not know it. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  const { promise, isKnown, isSecret } = output as unknown as Innards<T>;
  // They fail together with the value; here nobody else asks for them.
  for (const aspect of [isKnown, isSecret]) aspect.catch(() => {});
  return promise.call(output);
}

interface Innards<T> {
  promise(): Promise<T>;
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
}

function recordResources(): Pick<MockEngine, "resources" | "dependencies" | "secretOutputs"> {
  const resources: Registered[] = [];
  const dependencies: Record<string, readonly string[]> = {};
  const secretOutputs: Record<string, readonly string[]> = {};
  const register = MockMonitor.prototype.registerResource;
  const spy = vi.spyOn(MockMonitor.prototype, "registerResource").mockImplementation(function (
    this: MockMonitor,
    request: RegisterResourceRequest,
    callback,
  ) {
    resources.push(registered(request));
    const key = `${request.getType()} ${request.getName()}`;
    dependencies[key] = request.getDependenciesList();
    secretOutputs[key] = request.getAdditionalsecretoutputsList();
    return register.call(this, request, callback);
  });
  onTestFinished(() => spy.mockRestore());
  return { resources, dependencies, secretOutputs };
}

function registered(request: RegisterResourceRequest): Registered {
  const options = {
    deleteBeforeReplace: request.getDeletebeforereplace(),
    replaceOnChanges: request.getReplaceonchangesList(),
    retainOnDelete: request.getRetainondelete(),
    ignoreChanges: request.getIgnorechangesList(),
    import: request.getImportid(),
    protect: request.getProtect(),
  };
  const isSet = (value: unknown) => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  return {
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    provider: request.getProvider().split("::").slice(0, -1).join("::"),
    inputs: asSent(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
    options: Object.fromEntries(Object.entries(options).filter(([, value]) => isSet(value))),
  };
}

/** The marks by which Pulumi's protocol tells secrets and what is not known yet. */
const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function asSent(value: unknown): unknown {
  if (value === unknownMark) return "<unknown>";
  if (Array.isArray(value)) return value.map(asSent);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const found = Object.fromEntries(entries);
  if (found[signature] === secretMark) return { secret: asSent(found.value) };
  return Object.fromEntries(entries.map(([key, inner]) => [key, asSent(inner)]));
}

function recordLogs(): string[] {
  const logs: string[] = [];
  for (const level of ["info", "warn"] as const) {
    const spy = vi
      .spyOn(pulumi.log, level)
      .mockImplementation(async (message, _resource, _streamId, ephemeral) => {
        if (!ephemeral) logs.push(`${level}: ${message}`);
      });
    onTestFinished(() => spy.mockRestore());
  }
  return logs;
}
