import type { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Order } from "../build.ts";
import type { Context } from "../context/context.ts";
import type { Settings } from "../settings.ts";
import type { buildForm, buildJson } from "./build-schemas.ts";
import { readBytes, readForm } from "./form.ts";
import type { Intake } from "./intake.ts";
import { dockerfilePath, refusedFields } from "./order-schema.ts";
import { wrongFields } from "./problem.ts";

/** A context that has been taken in, beside the path of its Dockerfile. */
class Received {
  readonly context: Context;
  readonly dockerfile: string;

  constructor(context: Context, dockerfile: string) {
    this.context = context;
    this.dockerfile = dockerfile;
  }
}

const DEFAULT = "Dockerfile";

/** Reads the form of an order, taking in its files on the way. */
export function readBuildForm(
  request: FastifyRequest,
  { uploadLimits }: Settings,
  intake: Intake,
): Promise<Record<string, unknown>> {
  const { dockerfileBytes, bodyBytes } = uploadLimits;
  return readForm(request, {
    texts: ["image_name", "image_tag", "args", "target", "platform", "callback", "dockerfile"],
    files: {
      dockerfile: (file) => readBytes("dockerfile", file, dockerfileBytes),
      context: (file, soFar) => receive(file, soFar, intake),
    },
    isStrict: true,
    textBytes: dockerfileBytes,
    bodyBytes,
  });
}

async function receive(
  file: Readable,
  { dockerfile = DEFAULT }: Readonly<Record<string, unknown>>,
  intake: Intake,
): Promise<Received> {
  const path = dockerfilePath.safeParse(dockerfile);
  if (path.success) return new Received(await intake.archive(file, path.data), path.data);
  throw wrong(
    "dockerfile",
    Buffer.isBuffer(dockerfile)
      ? "is a file beside a context; put it into the context and send its path there"
      : "is no path within the context; use a relative one, without .. and \\",
  );
}

/** An order's body, after its schema. */
export type OrderBody = z.output<typeof buildForm> | z.output<typeof buildJson>;

/** The order that a form or JSON makes, and its context. */
export async function orderOf(
  body: OrderBody,
  settings: Settings,
  intake: Intake,
): Promise<{ readonly order: Order; readonly context: Context }> {
  const { args = {}, target, platform, callback } = body;
  const refused = refusedFields(body, settings.callbackSecret !== undefined);
  if (refused.length > 0) throw wrongFields(refused, 422);
  const { context, dockerfile } = await contextOf(body, intake);
  const order: Order = {
    imageName: body.image_name,
    imageTag: body.image_tag,
    dockerfile,
    args,
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    ...(callback !== undefined && { callback }),
  };
  return { order, context };
}

async function contextOf(body: object, intake: Intake): Promise<Received> {
  const { context, dockerfile } = body as { context?: unknown; dockerfile?: unknown };
  if (context instanceof Received) {
    if (dockerfile === undefined || dockerfile === context.dockerfile) return context;
    throw wrong("dockerfile", "comes after the context; send it before");
  }
  if (dockerfile === undefined) {
    throw wrong("dockerfile", "missing; send a Dockerfile as a file, or a context");
  }
  const content = Buffer.isBuffer(dockerfile) ? dockerfile : Buffer.from(String(dockerfile));
  return new Received(await intake.dockerfile(content), DEFAULT);
}

function wrong(field: string, detail: string) {
  return wrongFields([{ field, detail }], 422);
}
