import { z } from "zod";
import { absolutePath, port, strict, text, whole } from "./forms.ts";
import { googleProject, googleRegion } from "./places.ts";

const email = text(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "is no e-mail address; write it as name@host");

const serviceAccount = text(
  /^[a-z0-9-]+@(?:[a-z0-9.-]+\.)?gserviceaccount\.com$/,
  "is no service account; use the e-mail that gcloud iam service-accounts list shows",
);

const settings = strict({
  kind: z.literal("cloud-run"),
  project: googleProject,
  region: googleRegion,
  /** `unchecked` leaves the invoker check out, for organisations that forbid `allUsers`. */
  access: z.enum(["public", "unchecked", "private"]),
  /** The service account whose identity the proof of a private service shows, lent to the one that deploys. */
  prover: serviceAccount.optional(),
  containerPort: port.default(8080),
  /** Cores: 1, 2, 4, 6, 8, or from 0.08 to less than 1. */
  cpu: z.number().default(1),
  /** MiB. */
  memory: whole(128, 32_768).default(512),
  /** Requests at a time to one instance. */
  concurrency: whole(1, 1_000).default(80),
  instances: strict({
    min: whole(0, 1_000).default(0),
    max: whole(1, 1_000).default(10),
  }).prefault({}),
  /** Seconds that a request may take. */
  timeout: whole(1, 3_600).default(300),
  health: strict({
    path: absolutePath.default("/"),
    /** Seconds that a new instance has before the path must answer. */
    startup: whole(1, 240).default(60),
  }).prefault({}),
  /** Whether the service can neither be destroyed nor replaced before an `up` with false. */
  protect: z.boolean().default(true),
  alerts: strict({
    email: email.optional(),
    /** Share of the requests that may fail, in percent. */
    errors: z.number().positive().max(99).default(5),
    /** Milliseconds within which 95 % of the requests must be answered. */
    latency: whole(1, 3_600_000).default(2_000),
  }).prefault({}),
});

/** The arm of `target` for Cloud Run. */
export const cloudRun = settings.superRefine((config, context) => {
  for (const [path, message] of [...size(config), ...reach(config)]) {
    context.addIssue({ code: "custom", path: path.split("."), message });
  }
});

export type CloudRunConfig = z.output<typeof cloudRun>;

type Problem = readonly [path: string, message: string];

/** The least cores for more than so many MiB: https://cloud.google.com/run/docs/configuring/services/memory-limits. */
const coresForMemory = [
  [24_576, 8],
  [16_384, 6],
  [8_192, 4],
  [4_096, 2],
  [1_024, 1],
  [512, 0.5],
] as const;

/** Which numbers go together: https://cloud.google.com/run/docs/configuring/services/cpu. */
function size({ cpu, memory, concurrency, instances }: CloudRunConfig): Problem[] {
  const problems: Problem[] = [];
  const isShare = cpu >= 0.08 && cpu < 1 && isThousandth(cpu);
  if (!isShare && ![1, 2, 4, 6, 8].includes(cpu)) {
    return [["cpu", `${cpu} cores are not to be had; use 1, 2, 4, 6, 8, or 0.08 to less than 1`]];
  }
  if (cpu < 1 && concurrency > 1) {
    problems.push([
      "concurrency",
      `${concurrency} requests at a time need a whole core, and cpu is ${cpu}; set concurrency to 1, or cpu to 1 or more`,
    ]);
  }
  const [above, cores] = coresForMemory.find(([mebibytes]) => memory > mebibytes) ?? [0, 0];
  if (cpu < cores) {
    problems.push([
      "memory",
      `${memory} MiB need ${cores} cores or more, and cpu is ${cpu}; set memory to ${above} or less, or cpu to ${cores} or more`,
    ]);
  }
  const least = cpu > 4 ? 4_096 : cpu === 4 ? 2_048 : 0;
  if (memory < least) {
    problems.push([
      "memory",
      `${memory} MiB are too little for ${cpu} cores; set memory to ${least} or more, or use fewer cores`,
    ]);
  }
  if (instances.min > instances.max) {
    problems.push([
      "instances.min",
      `${instances.min} is more than max, ${instances.max}; set it to ${instances.max} or less`,
    ]);
  }
  return problems;
}

/** Cores are written as thousandths. */
function isThousandth(cpu: number): boolean {
  return Math.abs(cpu * 1_000 - Math.round(cpu * 1_000)) < 1e-6;
}

/** Whoever cannot reach a service cannot prove it. */
function reach({ access, prover }: CloudRunConfig): Problem[] {
  if (access === "private" && prover === undefined) {
    return [
      [
        "prover",
        "required where access is private; set it to the service account whose identity the proof shows",
      ],
    ];
  }
  if (access !== "private" && prover !== undefined) {
    return [
      ["prover", `is of no use where access is ${access}; take it out, or set access to private`],
    ];
  }
  return [];
}
