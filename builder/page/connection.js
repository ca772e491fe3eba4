// Whether what is shown is what is now.

import { byId, setText } from "./element.js";

/** @type {Record<import("./builds.js").Connection, string>} */
const WORDS = {
  connecting: "Connecting…",
  open: "Live",
  lost: "Reconnecting…",
  refused: "Not connected",
};

/** @param {import("./builds.js").Connection} connection */
export function showConnection(connection) {
  const isOffline = !navigator.onLine && connection !== "open";
  const place = byId("connection");
  place.dataset.state = isOffline ? "offline" : connection;
  setText(place, isOffline ? "Offline" : WORDS[connection]);
}
