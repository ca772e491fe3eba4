// How text looks in a terminal, and how escapes change that.

import { paletteColour } from "./colours.js";

/** @typedef {import("./colours.js").Colour} Colour */

/**
 * @typedef {object} Look
 * @property {Colour} [colour]
 * @property {Colour} [background]
 * @property {boolean} [isBold]
 * @property {boolean} [isFaint]
 * @property {boolean} [isItalic]
 * @property {boolean} [isUnderlined]
 * @property {boolean} [isStruck]
 * @property {boolean} [isInverse]
 */

/**
 * The look after a "select graphic rendition" escape; what it does not know changes nothing.
 *
 * @param {Look} before
 * @param {string} parameters Between `ESC [` and `m`.
 * @returns {Look}
 */
export function nextLook(before, parameters) {
  let look = { ...before };
  const codes = parameters.split(";").map((part) => part.split(":").map(Number));
  for (let at = 0; at < codes.length; at += 1) {
    const [code = 0, ...inner] = codes[at] ?? [];
    if (code === 38 || code === 48) {
      const rest = inner.length > 0 ? inner : codes.slice(at + 1).map(([first = 0]) => first);
      const { colour, taken } = extended(rest, inner.length > 3);
      if (inner.length === 0) at += taken;
      if (colour) look = { ...look, [code === 38 ? "colour" : "background"]: colour };
    } else if (code === 4 && inner[0] === 0) look = plain(look, "isUnderlined");
    else look = simple(look, code);
  }
  return look;
}

/**
 * A colour of the 256 or any: `5;n`, `2;r;g;b`, and `2::r:g:b` where a colour space has a place too.
 *
 * @param {number[]} codes
 * @param {boolean} hasSpace
 * @returns {{ colour?: Colour, taken: number }}
 */
function extended([kind, ...values], hasSpace) {
  if (kind === 5) return { colour: paletteColour(values[0] ?? 0), taken: 2 };
  if (kind !== 2) return { taken: 1 };
  const [red = 0, green = 0, blue = 0] = hasSpace && values.length > 3 ? values.slice(1) : values;
  return { colour: [byte(red), byte(green), byte(blue)], taken: 4 };
}

/** @type {Record<number, keyof Look>} */
const SWITCHES = {
  1: "isBold",
  2: "isFaint",
  3: "isItalic",
  4: "isUnderlined",
  7: "isInverse",
  9: "isStruck",
};

/** @type {Record<number, (keyof Look)[]>} */
const ENDS = {
  22: ["isBold", "isFaint"],
  23: ["isItalic"],
  24: ["isUnderlined"],
  27: ["isInverse"],
  29: ["isStruck"],
  39: ["colour"],
  49: ["background"],
};

/**
 * @param {Look} look
 * @param {number} code
 * @returns {Look}
 */
function simple(look, code) {
  if (code === 0) return {};
  const turned = SWITCHES[code];
  if (turned) return { ...look, [turned]: true };
  const ended = ENDS[code];
  if (ended) return plain(look, ...ended);
  if (code >= 30 && code <= 37) return { ...look, colour: paletteColour(code - 30) };
  if (code >= 90 && code <= 97) return { ...look, colour: paletteColour(code - 82) };
  if (code >= 40 && code <= 47) return { ...look, background: paletteColour(code - 40) };
  if (code >= 100 && code <= 107) return { ...look, background: paletteColour(code - 92) };
  return look;
}

/**
 * @param {Look} look
 * @param {...(keyof Look)} without
 * @returns {Look}
 */
function plain(look, ...without) {
  return Object.fromEntries(
    Object.entries(look).filter(([name]) => !without.includes(/** @type {keyof Look} */ (name))),
  );
}

/** @param {number} value */
function byte(value) {
  return Math.min(255, Math.max(0, Math.trunc(value) || 0));
}
