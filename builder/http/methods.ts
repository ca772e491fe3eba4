import type { FastifyInstance, HTTPMethods } from "fastify";
import { Problem } from "./problem.ts";

const METHODS: readonly HTTPMethods[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "QUERY",
];

/**
 * Answers 405 with `Allow` on every path that there is, for the methods that it does not have. Called before the routes are
 * made; what it returns is called after.
 */
export function answerOtherMethods(app: FastifyInstance): () => void {
  const known = new Map<string, { methods: Set<string>; isLegacy: boolean }>();
  app.addHook("onRoute", ({ url, method, config }) => {
    const route = known.get(url) ?? { methods: new Set(), isLegacy: config?.isLegacy ?? false };
    for (const each of [method].flat()) route.methods.add(each);
    known.set(url, route);
  });
  return () => {
    for (const [url, { methods, isLegacy }] of [...known]) {
      const allow = METHODS.filter((method) => methods.has(method)).join(", ");
      app.route({
        url,
        method: METHODS.filter((method) => !methods.has(method)),
        config: { isOpen: true, isLegacy },
        schema: { hide: true },
        // Before the body, which may be of any type here.
        onRequest: async () => {
          throw new Problem(405, `method: is none of this path; use ${allow}`, {
            headers: { allow },
          });
        },
        handler: async () => undefined,
      });
    }
  };
}
