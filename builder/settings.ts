// What the builder is told by its environment, read once and checked as a whole.

/** Who may build; a token is known by its hash alone. */
export interface Client {
  readonly name: string;
  /** Hexadecimal SHA-256 of the token. */
  readonly tokenHash: string;
  /** Sees and handles the builds of all clients. */
  readonly isAdmin: boolean;
}

/** Where images go. */
export interface RegistrySettings {
  /** `http://localhost:5055`, `https://registry-1.docker.io`. */
  readonly origin: string;
  /** What references begin with: `localhost:5055`, `docker.io/acme`. */
  readonly prefix: string;
  readonly login?: { readonly username: string; readonly password: string };
}

/** What one build may use; every one of them binds. */
export interface BuildLimits {
  /** Bytes of memory, swap included. Default: 1 GiB. */
  readonly memory: number;
  /** Cores. Default: 1. */
  readonly cpus: number;
  /** Processes and threads. Default: 512. */
  readonly pids: number;
  /** Seconds for the build step. Default: 900. */
  readonly seconds: number;
  /** Bytes of log. Default: 16 MiB. */
  readonly logBytes: number;
  /** Bytes of the image's own layers, compressed. Default: 2 GiB. */
  readonly imageBytes: number;
}

/** What may be uploaded, and how often. */
export interface UploadLimits {
  /** Bytes of a Dockerfile. Default: 512 KiB. */
  readonly dockerfileBytes: number;
  /** Bytes of a request's body. Default: 64 MiB. */
  readonly bodyBytes: number;
  /** Bytes of all files of a context, unpacked. Default: 256 MiB. */
  readonly contextBytes: number;
  /** Default: 10 000. */
  readonly contextFiles: number;
  /** Orders of one client in a minute. Default: 600. */
  readonly perMinute: number;
  /** Builds of one client that may wait at once. Default: 2 000. */
  readonly waiting: number;
  /** Builds of one client that run at once, over all workers. Default: 4. */
  readonly running: number;
}

export interface Settings {
  /** `all`: this process answers requests and builds; the other two need DATABASE_URL. */
  readonly role: "all" | "api" | "worker";
  /** Default: 127.0.0.1. Anything but loopback needs tokens. */
  readonly host: string;
  /** Default: 8000. 0: any free one. */
  readonly port: number;
  /** A Postgres; PGlite in `folder` without it. */
  readonly databaseUrl?: string;
  /** What this process keeps on disk: the database without DATABASE_URL, images between build and push. */
  readonly folder: string;
  readonly registry: RegistrySettings;
  /** Empty: anybody, on loopback. */
  readonly clients: readonly Client[];
  /** The engine that runs the builders, as in DOCKER_HOST. */
  readonly engine: string;
  /** A BuildKit that builds in their place, as in BUILDKIT_HOST: its limits are its own. */
  readonly buildkitHost?: string;
  /** How many builds this process runs at once. Default: 2. */
  readonly slots: number;
  readonly buildLimits: BuildLimits;
  readonly uploadLimits: UploadLimits;
  /** Image names that `FROM` may start from, `*` for any part. Default: all. */
  readonly baseImages: readonly string[];
  /** Image names that `# syntax=` may name. Default: those of docker/dockerfile. */
  readonly frontends: readonly string[];
  /** Signs callbacks; without it nobody may order one. */
  readonly callbackSecret?: string;
  readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
}
