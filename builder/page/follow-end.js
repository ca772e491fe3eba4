// Keeps a scrolled element at its end while content grows, until the reader scrolls up.

import { element, icon } from "./element.js";

/** So near to the end counts as at the end, in CSS pixels. */
const NEAR = 30;

/**
 * @param {HTMLElement} scroller
 * @param {HTMLElement} content
 * @returns {{ button: HTMLButtonElement, close: () => void }} The button goes back to the end; it is hidden there.
 */
export function followEnd(scroller, content) {
  const button = element(
    "button",
    { type: "button", class: "to-end", hidden: true },
    icon("down"),
    "Follow the end",
  );
  let isFollowing = true;
  let top = 0;

  /** @param {boolean} wanted */
  function become(wanted) {
    isFollowing = wanted;
    button.hidden = wanted;
    scroller.classList.toggle("follows", wanted);
  }

  function toEnd() {
    scroller.scrollTop = scroller.scrollHeight;
    top = scroller.scrollTop;
  }

  scroller.addEventListener("scroll", () => {
    const isUp = scroller.scrollTop < top - 1;
    const isNear = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    top = scroller.scrollTop;
    // Content that grows moves nobody up: only a reader does.
    if (isUp && !isNear) become(false);
    else if (isNear) become(true);
  });
  button.addEventListener("click", () => {
    become(true);
    toEnd();
    scroller.focus();
  });
  const observer = new ResizeObserver(() => {
    if (isFollowing) toEnd();
  });
  observer.observe(content);
  observer.observe(scroller);
  become(true);
  return { button, close: () => observer.disconnect() };
}
