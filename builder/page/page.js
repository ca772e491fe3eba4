// The page: what is shown for which address, and what follows what.

import { BuildDetail } from "./build-detail.js";
import { buildList } from "./build-list.js";
import { Builds } from "./builds.js";
import { startClock } from "./clock.js";
import { showConnection } from "./connection.js";
import { takeDrops } from "./drop.js";
import { byId } from "./element.js";
import { orderForm } from "./order-form.js";
import { forgetToken, onToken, token } from "./token.js";
import { stateOf } from "./words.js";

const builds = new Builds();
const markOpen = buildList(builds);
const form = orderForm(builds, (build) => {
  location.hash = `#/builds/${build.id}`;
});

/** @type {BuildDetail | undefined} */
let detail;
let cameFrom = "";

/** `#/`, `#/new` and `#/builds/ID`. */
function route() {
  const id = openId();
  const name = id ? "build" : location.hash === "#/new" ? "new" : "list";
  document.body.dataset.route = name;
  detail?.close();
  detail = undefined;
  byId("order").hidden = id !== undefined;
  byId("build").hidden = id === undefined;
  if (id) detail = new BuildDetail(id, builds, setTitle);
  byId("build").replaceChildren(...(detail?.parts ?? []));
  markOpen(id);
  byId("pane").scrollTop = 0;
  showTitle();
}

/** The build whose address this is. */
function openId() {
  return /^#\/builds\/([0-9a-f-]+)$/i.exec(location.hash)?.[1];
}

/** The keyboard's place goes where the reader went: to the view's heading, and back to the build that was open. */
function moveFocus() {
  const left = document.querySelector(`.row[href="${cameFrom}"]`);
  cameFrom = location.hash;
  if (document.body.dataset.route === "list" && left instanceof HTMLElement) left.focus();
  else focusHeading();
}

function focusHeading() {
  if (detail) detail.focus();
  else byId(document.body.dataset.route === "new" ? "order-title" : "builds-title").focus();
}

/** @param {string} text */
function setTitle(text) {
  document.title = `${text} – Slipway`;
}

function showTitle() {
  if (detail) return;
  if (document.body.dataset.route === "new") return setTitle("New build");
  const running = builds.list().filter(({ state }) => !stateOf(state).isFinal).length;
  setTitle(running > 0 ? `${running} running · Builds` : "Builds");
}

builds.listen(() => {
  detail?.show();
  showTitle();
  showConnection(builds.connection);
});
addEventListener("hashchange", () => {
  route();
  moveFocus();
});
addEventListener("keydown", (event) => {
  const isElsewhere =
    event.target instanceof Element && event.target.closest("dialog, input, textarea, select");
  if (event.key === "Escape" && !isElsewhere && location.hash !== "#/") location.hash = "#/";
});
byId("skip").addEventListener("click", (event) => {
  // Its address would be taken for a view.
  event.preventDefault();
  focusHeading();
});
takeDrops((file) => {
  if (detail || document.body.dataset.route === "list") location.hash = "#/new";
  form.take(file);
});
onToken(() => {
  byId("forget").hidden = token() === undefined;
});
byId("forget").hidden = token() === undefined;
byId("forget").addEventListener("click", forgetToken);
for (const event of ["online", "offline"])
  addEventListener(event, () => showConnection(builds.connection));

cameFrom = location.hash;
route();
showConnection(builds.connection);
startClock();
builds.start();
// A page that nobody sees hears no events: its title still tells how the build went.
setInterval(() => {
  if (!document.hidden) return;
  if (openId() === undefined) builds.load();
  else builds.refresh(openId() ?? "").catch(() => {});
}, 15_000);
