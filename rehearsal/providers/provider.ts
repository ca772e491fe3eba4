import type { Properties } from "./values.ts";

// What a stand-in provider is: the calls of Pulumi's engine as plain functions on plain values.

/** A package's stand-in, such as "docker"; one may be configured several times (the default and explicit provider resources). */
export interface Provider {
  /** The version it answers with: the one of the SDK it stands in for. */
  readonly version: string;
  /** Checks one provider resource's configuration; the defaults to `inputs` as they are. */
  checkConfig?(inputs: Properties, call: Call): Promise<Checked>;
  /** Makes the resource types and functions of one configuration; throws when it cannot be used. */
  configure(config: Properties, call: Call): Promise<Configured>;
}

/** What one configuration of a provider serves, by Pulumi's type tokens. */
export interface Configured {
  readonly resources: { readonly [type: string]: ResourceType };
  readonly functions: { readonly [token: string]: ProviderFunction };
}

/** A function of a provider, such as `docker:index/getRemoteImage:getRemoteImage`. */
export type ProviderFunction = (args: Properties, call: Call) => Promise<Properties>;

/** The life of one type of resource. An implementation throws `RuleError` for a refusal, anything else for a bug. */
export interface ResourceType {
  check(request: CheckRequest, call: Call): Promise<Checked>;
  diff(request: DiffRequest, call: Call): Promise<Diff>;
  /** Creates it, or in a preview (`call.preview`) says what is known of it. */
  create(request: CreateRequest, call: Call): Promise<{ id: string; state: Properties }>;
  /** The resource as it is now; undefined when it is gone. Without `state` it is an import. */
  read(
    request: ReadRequest,
    call: Call,
  ): Promise<{ id: string; state: Properties; inputs: Properties } | undefined>;
  /** Updates it in place and returns its new state. */
  update(request: UpdateRequest, call: Call): Promise<Properties>;
  delete(request: DeleteRequest, call: Call): Promise<void>;
}

/** What every call carries. */
export interface Call {
  /** The resource the call is about; empty for functions. */
  readonly urn: string;
  /** Nothing may be made or changed. */
  readonly preview: boolean;
  /** Aborts when the user or the engine gives up; every piece of work must end soon after. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** What the user reads beside the resource while it is worked on. */
export interface Log {
  /** A progress line that the next one replaces. */
  progress(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

export interface CheckRequest {
  readonly news: Properties;
  /** The inputs of the last update; undefined for a new resource. */
  readonly olds: Properties | undefined;
  /** The resource's name in the program. */
  readonly name: string;
  /** Random bytes that the engine keeps between the preview and the update of one run. */
  readonly seed: Uint8Array;
  /** What the user's `pulumi:autonaming` configuration asks for. */
  readonly autonaming: Autonaming | undefined;
}

export interface Autonaming {
  readonly mode: "propose" | "enforce" | "disable";
  readonly proposedName: string;
}

export interface Checked {
  readonly inputs: Properties;
  readonly failures?: CheckFailure[];
}

/** A reason to refuse inputs; `property` is a path such as `ports[0].internal`. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface DiffRequest {
  readonly id: string;
  readonly state: Properties;
  readonly oldInputs: Properties;
  readonly news: Properties;
  readonly ignoreChanges: readonly string[];
}

export interface Diff {
  /** What changes, by property path; none means that nothing changes. */
  readonly changes: { readonly [path: string]: ChangeKind };
  readonly deleteBeforeReplace?: boolean;
}

export type ChangeKind =
  | "add"
  | "add-replace"
  | "delete"
  | "delete-replace"
  | "update"
  | "update-replace";

export interface CreateRequest {
  readonly inputs: Properties;
}

export interface ReadRequest {
  readonly id: string;
  readonly state: Properties | undefined;
  readonly inputs: Properties | undefined;
}

export interface UpdateRequest {
  readonly id: string;
  readonly state: Properties;
  readonly oldInputs: Properties;
  readonly inputs: Properties;
}

export interface DeleteRequest {
  readonly id: string;
  readonly state: Properties;
}
