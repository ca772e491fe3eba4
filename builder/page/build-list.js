// The list of builds, newest first, kept up while the reader may be on one of its rows.

import { age, took } from "./clock.js";
import { snippet } from "./copy.js";
import { byId, element, icon } from "./element.js";
import { referenceParts } from "./reference.js";
import { NoToken, token } from "./token.js";
import { stateOf, stateWord } from "./words.js";

/** @typedef {import("./api.js").Build} Build */

/**
 * Shows a list that follows what is known.
 *
 * @param {import("./builds.js").Builds} builds
 * @returns {(id: string | undefined) => void} Marks the build that is open.
 */
export function buildList(builds) {
  const list = byId("list");
  const more = byId("more");
  const filter = /** @type {HTMLSelectElement} */ (byId("filter"));
  /** @type {Map<string, { row: HTMLLIElement, shown: string }>} */
  const rows = new Map();
  /** @type {string | undefined} */
  let open;

  filter.addEventListener("change", () => builds.show(filter.value));
  more.addEventListener("click", () => builds.more());
  builds.listen(show);

  function show() {
    const wanted = builds.list();
    const kept = new Set(wanted.map(({ id }) => id));
    for (const [id, { row }] of rows) {
      if (!kept.has(id)) {
        row.remove();
        rows.delete(id);
      }
    }
    let before = list.firstElementChild;
    for (const build of wanted) {
      const row = rowOf(build);
      if (row === before) before = before.nextElementSibling;
      else list.insertBefore(row, before);
    }
    more.hidden = !builds.hasMore || wanted.length === 0;
    showProblem(builds);
    showEmpty(builds, wanted.length);
  }

  /** @param {Build} build */
  function rowOf(build) {
    const shown = JSON.stringify([build, open === build.id]);
    const known = rows.get(build.id);
    if (known?.shown === shown) return known.row;
    const row = known?.row ?? element("li", {}, element("a", { class: "row" }));
    fill(/** @type {HTMLAnchorElement} */ (row.firstElementChild), build, open === build.id);
    rows.set(build.id, { row, shown });
    return row;
  }

  return (id) => {
    open = id;
    show();
  };
}

/**
 * The link stays the same element, so that the focus stays on it.
 *
 * @param {HTMLAnchorElement} link
 * @param {Build} build
 * @param {boolean} isOpen
 */
function fill(link, build, isOpen) {
  const word = stateWord(build);
  link.href = `#/builds/${build.id}`;
  link.title = build.reference;
  link.dataset.state = build.state;
  if (isOpen) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
  link.replaceChildren(
    element("span", { class: "state" }, icon(stateOf(build.state).icon)),
    element("span", { class: "reference" }, ...referenceParts(build)),
    element("span", { class: "when" }, age(build.created_at)),
    element(
      "span",
      { class: "about" },
      element("span", { class: "word" }, word),
      ` · ${build.client}`,
    ),
    took(build),
  );
}

/** @param {import("./builds.js").Builds} builds */
function showProblem({ problem }) {
  const place = byId("list-alert");
  const text = problem?.message ?? "";
  if (place.dataset.shown === text) return;
  place.dataset.shown = text;
  const isNoToken = problem instanceof NoToken;
  place.replaceChildren(...(isNoToken ? [noToken()] : problem ? [alert(text)] : []));
}

/** @param {string} text */
function alert(text) {
  return element("p", { class: "alert", role: "alert" }, text);
}

function noToken() {
  const again = element(
    "button",
    { type: "button", onclick: () => location.reload() },
    "Give a token",
  );
  const text = "This builder shows its builds to those who have a token.";
  return element("div", { class: "empty" }, element("p", {}, text), again);
}

/**
 * @param {import("./builds.js").Builds} builds
 * @param {number} count
 */
function showEmpty({ filter, isLoaded }, count) {
  const place = byId("list-empty");
  place.hidden = count > 0 || !isLoaded;
  const kind = `${filter} ${token() !== undefined}`;
  if (place.hidden || place.dataset.kind === kind) return;
  place.dataset.kind = kind;
  place.replaceChildren(filter === "" ? nothingYet() : nothingSuch(filter));
}

function nothingYet() {
  const login = token() === undefined ? "" : '  -H "Authorization: Bearer $TOKEN" \\\n';
  const command =
    `curl ${new URL("v1/builds", document.baseURI)} \\\n${login}` +
    "  -F dockerfile=@Dockerfile \\\n  -F image_name=hello \\\n  -F image_tag=1.0";
  return element(
    "div",
    { class: "empty" },
    element("strong", {}, "No builds yet"),
    element(
      "p",
      {},
      "Drop a Dockerfile anywhere on this page, ",
      element("a", { href: "#/new" }, "write one"),
      ", or send one from a shell:",
    ),
    snippet(command, "the command"),
  );
}

/** @param {string} state */
function nothingSuch(state) {
  const text = `No build is ${stateOf(state).word.toLowerCase()}${state === "failed" ? " – good" : ""}.`;
  return element("div", { class: "empty" }, element("p", {}, text));
}
