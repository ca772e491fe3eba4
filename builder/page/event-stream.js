// Server-sent events out of the pieces in which their text arrives.

/** @typedef {{ event: string, data: string, id: string }} ServerEvent */

/**
 * Reads the `text/event-stream` format. EventSource would do so too, but cannot send a token.
 *
 * @param {(event: ServerEvent) => void} heard
 * @returns {(text: string) => void} Takes the next piece, cut anywhere.
 */
export function eventReader(heard) {
  let rest = "";
  let id = "";
  /** @type {string[]} */
  let data = [];
  let event = "";

  /** @param {string} line */
  function take(line) {
    if (line === "") {
      if (data.length > 0) heard({ event: event || "message", data: data.join("\n"), id });
      data = [];
      event = "";
      return;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
    else if (name === "event") event = value;
    else if (name === "id") id = value;
  }

  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  };
}
