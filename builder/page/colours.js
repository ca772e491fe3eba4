// The colours of a log: the terminal's 256, and what keeps any of them readable on its background.

/** @typedef {readonly [red: number, green: number, blue: number]} Colour 0 to 255 each. */

/** The log is dark in both themes, because programs choose colours for dark terminals; page.css says the same two. */
/** @type {Record<"text" | "paper", Colour>} */
const OWN = { text: [214, 219, 226], paper: [19, 23, 29] };

/** @type {readonly Colour[]} */
const SIXTEEN = [
  [118, 127, 140],
  [240, 113, 120],
  [126, 200, 127],
  [229, 181, 103],
  [108, 166, 240],
  [199, 146, 234],
  [86, 194, 206],
  [200, 206, 214],
  [146, 155, 168],
  [255, 139, 145],
  [152, 221, 153],
  [247, 206, 134],
  [140, 189, 255],
  [217, 172, 247],
  [120, 217, 228],
  [240, 243, 247],
];

const CUBE = [0, 95, 135, 175, 215, 255];

/** What WCAG asks of text. */
const CONTRAST = 4.5;

/**
 * @param {number | "text" | "paper"} code 0 to 255 as terminals number them, or one of the log's own two.
 * @returns {Colour}
 */
export function paletteColour(code) {
  if (typeof code === "string") return OWN[code];
  const sixteen = SIXTEEN[code];
  if (sixteen) return sixteen;
  if (code >= 232 && code <= 255) {
    const grey = 8 + (code - 232) * 10;
    return [grey, grey, grey];
  }
  const index = code - 16;
  const level = (/** @type {number} */ part) => CUBE[part % 6] ?? 0;
  return index >= 0 && index < 216
    ? [level(Math.floor(index / 36)), level(Math.floor(index / 6)), level(index)]
    : OWN.text;
}

/**
 * The colour itself, or as little lighter or darker as makes it readable on a background.
 *
 * @param {Colour} colour
 * @param {Colour} on
 * @returns {Colour}
 */
export function readable(colour, on) {
  /** @type {Colour} */
  const end = luminance(on) < 0.18 ? [255, 255, 255] : [0, 0, 0];
  for (let part = 0; part < 1; part += 0.1) {
    const mixed = mix(colour, end, part);
    if (contrast(mixed, on) >= CONTRAST) return mixed;
  }
  return end;
}

/**
 * The colour as faint text.
 *
 * @param {Colour} colour
 * @param {Colour} on
 */
export function soften(colour, on) {
  return mix(colour, on, 0.35);
}

/**
 * How well two colours can be told apart, from 1 to 21, as WCAG 2 reckons it.
 *
 * @param {Colour} one
 * @param {Colour} other
 */
export function contrast(one, other) {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** @param {Colour} colour */
function luminance(colour) {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * @param {Colour} from
 * @param {Colour} to
 * @param {number} part
 * @returns {Colour}
 */
function mix(from, to, part) {
  const between = (/** @type {0 | 1 | 2} */ at) =>
    Math.round(from[at] + (to[at] - from[at]) * part);
  return [between(0), between(1), between(2)];
}
