// What a build is and what came of it.

import { age } from "./clock.js";
import { snippet } from "./copy.js";
import { element } from "./element.js";

/** @typedef {import("./api.js").Build} Build */

/**
 * What was ordered, when and by whom: terms and their descriptions.
 *
 * @param {Build} build
 */
export function details(build) {
  const args = Object.entries(build.args).map(([name, value]) => `${name}=${value}`);
  const dockerfile = build.dockerfile === "Dockerfile" ? undefined : code(build.dockerfile);
  /** @type {[string, Node | string | undefined | null][]} */
  const all = [
    ["Ordered", age(build.created_at)],
    ["by", build.client],
    ["Dockerfile", dockerfile],
    ["Target", build.target && code(build.target)],
    ["Platform", build.platform && code(build.platform)],
    ["Arguments", args.length > 0 ? code(args.join(" ")) : undefined],
  ];
  return all.flatMap(([name, value]) =>
    value ? [element("div", {}, element("dt", {}, name), element("dd", {}, value))] : [],
  );
}

/**
 * The digest and how to pull it, or why there is none; nothing while it runs.
 *
 * @param {Build} build
 */
export function outcome({ state, digest, error, reference, image_tag }) {
  const isFailed = state === "failed" || state === "cancelled";
  if (isFailed && error) return [element("p", { class: "alert" }, error)];
  if (state !== "succeeded" || !digest) return [];
  const repository = reference.slice(0, -(image_tag.length + 1));
  const pull = `docker pull ${repository}@${digest}`;
  return [
    element(
      "div",
      { class: "result" },
      snippet(digest, "the digest", "Digest"),
      snippet(pull, "the command", "Pull"),
    ),
  ];
}

/** @param {string} text */
function code(text) {
  return element("code", {}, text);
}
