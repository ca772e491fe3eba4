// An image's reference, with its name in bold: that is what tells builds apart.

import { element } from "./element.js";

/**
 * @param {import("./api.js").Build} build
 * @returns {HTMLElement[]}
 */
export function referenceParts({ reference, image_name, image_tag }) {
  const end = `${image_name}:${image_tag}`;
  if (!reference.endsWith(end)) return [element("span", {}, reference)];
  return [
    element("span", { class: "host" }, reference.slice(0, -end.length)),
    element("span", { class: "name" }, image_name),
    element("span", {}, `:${image_tag}`),
  ];
}
