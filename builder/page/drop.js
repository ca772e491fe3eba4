// Files that are dropped anywhere on the page.

import { byId } from "./element.js";

/** @param {(file: File) => void} onFile */
export function takeDrops(onFile) {
  const curtain = byId("drop");
  let depth = 0;

  /** @param {number} now */
  function become(now) {
    depth = now;
    curtain.hidden = depth <= 0;
  }

  addEventListener("dragenter", (event) => {
    if (bringsFiles(event)) become(depth + 1);
  });
  addEventListener("dragleave", (event) => {
    if (bringsFiles(event)) become(depth - 1);
  });
  // Without this the browser would leave the page and show the file.
  addEventListener("dragover", (event) => {
    if (bringsFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    become(0);
    if (!bringsFiles(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file) onFile(file);
  });
}

/** @param {DragEvent} event */
function bringsFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files") ?? false;
}
