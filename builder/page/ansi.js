// A line of a log as pieces of plain text with the looks that its ANSI escapes ask for.

import { paletteColour, readable, soften } from "./colours.js";
import { nextLook } from "./look.js";

/** @typedef {import("./colours.js").Colour} Colour */
/** @typedef {import("./look.js").Look} Look */

/**
 * @typedef {object} Piece
 * @property {string} text
 * @property {Look} look
 */

/** A CSI sequence, a string sequence such as a link or a title, or any other escape. */
const ESCAPE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes begin with one
  /(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~])|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*[0-~]?/g;

/** What is invisible, or turns the direction of what follows; the joiners of emoji and of some scripts are left. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Cuts a line into pieces of one look each. Colours do not last beyond the line; escapes that are no colours are left out; of what
 * a carriage return writes over, the last is kept; characters that cannot be seen are named.
 *
 * @param {string} line
 * @returns {Piece[]}
 */
export function ansiPieces(line) {
  const text = lastWritten(line);
  /** @type {Piece[]} */
  const pieces = [];
  /** @type {Look} */
  let look = {};
  let from = 0;
  /** @param {number} to */
  const take = (to) => {
    if (to > from) pieces.push({ text: text.slice(from, to).replace(UNSEEN, named), look });
  };
  for (const found of text.matchAll(ESCAPE)) {
    take(found.index);
    from = found.index + found[0].length;
    if (found[2] === "m") look = nextLook(look, found[1] ?? "");
  }
  take(text.length);
  return pieces;
}

/**
 * The CSS of a look on the log's background.
 *
 * @param {Look} look
 * @returns {Partial<Record<"color" | "backgroundColor" | "fontWeight" | "fontStyle" | "textDecoration", string>>}
 */
export function styleOf(look) {
  const paper = look.isInverse ? (look.colour ?? paletteColour("text")) : look.background;
  const ink = look.isInverse ? (look.background ?? paletteColour("paper")) : look.colour;
  const on = paper ?? paletteColour("paper");
  const wanted = ink ?? (look.isFaint || paper ? paletteColour("text") : undefined);
  const shown = wanted && readable(look.isFaint ? soften(wanted, on) : wanted, on);
  const lines = [look.isUnderlined && "underline", look.isStruck && "line-through"];
  return {
    ...(shown && { color: css(shown) }),
    ...(paper && { backgroundColor: css(paper) }),
    ...(look.isBold && { fontWeight: "700" }),
    ...(look.isItalic && { fontStyle: "italic" }),
    ...(lines.some(Boolean) && { textDecoration: lines.filter(Boolean).join(" ") }),
  };
}

/** @param {string} line */
function lastWritten(line) {
  const kept = line.replace(/\r+$/, "");
  return kept.slice(kept.lastIndexOf("\r") + 1);
}

/** @param {string} character */
function named(character) {
  const code = character.charCodeAt(0).toString(16).padStart(4, "0");
  return `\\u${code}`;
}

/** @param {Colour} colour */
function css([red, green, blue]) {
  return `rgb(${red}, ${green}, ${blue})`;
}
