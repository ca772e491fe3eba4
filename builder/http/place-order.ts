import { createHash } from "node:crypto";
import type { Build, Order } from "../build.ts";
import type { Context } from "../context/context.ts";
import type { BuildStore } from "../store/build-store.ts";

/** Stores an order; the same key with the same order gives the build of the first time. */
export async function placeOrder(
  store: BuildStore,
  client: string,
  order: Order,
  more: {
    readonly context: Context;
    readonly reference: string;
    readonly key?: string | undefined;
  },
): Promise<{ readonly build: Build; readonly isNew: boolean }> {
  const { context, reference, key } = more;
  return store.create({
    client,
    order,
    reference,
    context,
    ...(key && { idempotency: { key, fingerprint: fingerprint(order, context) } }),
  });
}

/** SHA-256 of all that an order says and brings, whatever form it came in. */
function fingerprint(order: Order, context: Context): string {
  const { args, ...rest } = order;
  const hash = createHash("sha256").update(
    JSON.stringify([Object.entries(rest).sort(), Object.entries(args).sort()]),
  );
  for (const part of context.parts) hash.update(part);
  return hash.digest("hex");
}
