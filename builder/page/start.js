// Starts the page, and loads it anew where a part of it did not come through: a browser gives up what it is loading whenever the
// machine's networks change, as they do with each container that starts or ends there.

import { byId } from "./element.js";

const KEY = "slipway-loads";
const MOST = 5;
const WAIT = 300;

try {
  await import("./page.js");
  const wanted = document.querySelectorAll('link[rel="stylesheet"]').length;
  // One that did not come through may be there, but empty.
  const styles = [...document.styleSheets].filter(({ cssRules }) => cssRules.length > 0);
  if (styles.length < wanted) throw new Error("a style sheet is missing");
  sessionStorage.removeItem(KEY);
} catch (problem) {
  const loads = Number(sessionStorage.getItem(KEY)) + 1;
  sessionStorage.setItem(KEY, String(loads));
  if (loads < MOST) setTimeout(() => location.reload(), WAIT * loads);
  else {
    sessionStorage.removeItem(KEY);
    byId("connection").textContent = "Not loaded whole; reload the page";
    throw problem;
  }
}
