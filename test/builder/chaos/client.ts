import { setTimeout as pause } from "node:timers/promises";
import type { ChaosOrder } from "./orders.ts";

/** One request that ordered a build, and what its client was told. */
export interface Sent {
  readonly order: ChaosOrder;
  /** `chaos/web:b17-1`: no other order of the run has it. */
  readonly tagged: string;
  readonly api: "legacy" | "v1";
  /** The build, once the server has said yes. */
  id?: string;
  /** What the status said at last, as legacy clients read it. */
  ended?: string;
}

/** What a client is at. */
export interface ClientOptions {
  /** `http://127.0.0.1:8000`. */
  readonly origin: string;
  /** The orders that nobody has taken yet; shared by all clients. */
  readonly waiting: ChaosOrder[];
  /** Every request, answered or not, by its tag. */
  readonly sent: Map<string, Sent>;
  /** Hears of every order that was taken, and of every one that ended. */
  readonly moved: () => void;
  readonly signal: AbortSignal;
}

const longestAnswer = 20_000;
const betweenTries = 100;
const betweenLooks = 500;

/** Takes order after order, sends each until the server says yes, then watches its own until all of them have ended. */
export async function runClient(options: ClientOptions): Promise<void> {
  let running: Sent[] = [];
  for (let order = options.waiting.shift(); order; order = options.waiting.shift()) {
    running.push(await untilTaken(order, options));
    options.moved();
  }
  while (running.length > 0) {
    for (const sent of running) {
      const ended = await finalStatus(options, sent.id ?? "");
      if (ended === undefined) continue;
      sent.ended = ended;
      options.moved();
    }
    running = running.filter(({ ended }) => ended === undefined);
    if (running.length > 0) await pause(betweenLooks, undefined, { signal: options.signal });
  }
}

/** Half of the orders go each way. */
async function untilTaken(order: ChaosOrder, options: ClientOptions): Promise<Sent> {
  const api = Number(order.which) % 2 === 0 ? "legacy" : "v1";
  for (let attempt = 1; ; attempt += 1) {
    options.signal.throwIfAborted();
    // Without a key, a request whose answer was lost may have made a build: the next one is another.
    const tag = api === "legacy" ? `b${order.which}-${attempt}` : `b${order.which}`;
    const sent: Sent = { order, tagged: `${order.image}:${tag}`, api };
    options.sent.set(sent.tagged, sent);
    const id = await (api === "legacy" ? postLegacy : postV1)(options, order, tag);
    if (id !== undefined) return Object.assign(sent, { id });
    await pause(betweenTries, undefined, { signal: options.signal });
  }
}

async function postLegacy(
  { origin, signal }: ClientOptions,
  { image, dockerfile }: ChaosOrder,
  tag: string,
): Promise<string | undefined> {
  const body = new FormData();
  body.set("image_name", image);
  body.set("image_tag", tag);
  body.set("file", new Blob([dockerfile]), "Dockerfile");
  const answer = await ask(new URL("/build-push", origin), { method: "POST", body }, signal);
  return answer?.status === 200 ? (answer.json.build_id as string) : undefined;
}

async function postV1(
  { origin, signal }: ClientOptions,
  { image, dockerfile, which }: ChaosOrder,
  tag: string,
): Promise<string | undefined> {
  const body = JSON.stringify({ image_name: image, image_tag: tag, dockerfile });
  const headers = { "content-type": "application/json", "idempotency-key": `order-${which}` };
  const request = { method: "POST", headers, body };
  const answer = await ask(new URL("/v1/builds", origin), request, signal);
  return answer?.status === 202 ? (answer.json.id as string) : undefined;
}

async function finalStatus(
  { origin, signal }: ClientOptions,
  id: string,
): Promise<string | undefined> {
  const url = new URL("/build-push-status", origin);
  url.searchParams.set("build_id", id);
  const answer = await ask(url, {}, signal);
  if (answer === undefined || answer.status >= 500) return undefined;
  if (answer.status !== 200) return `${answer.status} ${JSON.stringify(answer.json)}`;
  const { build_status: build, push_status: push } = answer.json.build_status as {
    build_status: string;
    push_status: string;
  };
  return /^(?:Completed|Failed)$/.test(push) ? `${build}/${push}` : undefined;
}

/** Undefined where no answer came: the server may have been killed before, amid or after its work. */
async function ask(
  url: URL,
  request: RequestInit,
  signal: AbortSignal,
): Promise<{ status: number; json: Record<string, unknown> } | undefined> {
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(longestAnswer)]);
    const answer = await fetch(url, { ...request, signal: patience });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
