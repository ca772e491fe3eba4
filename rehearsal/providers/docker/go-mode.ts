// File modes as Go's `fs.FileMode.String()` writes them, which the context digest is made of.

const DEVICE = 0o020000;
const TYPES = new Map([
  [0o040000, "d"],
  [0o120000, "L"],
  [DEVICE, "D"],
  [0o060000, "D"],
  [0o010000, "p"],
  [0o140000, "S"],
]);

/** Writes a Unix mode (`stat.mode`): "-rw-r--r--", "Lrwxrwxrwx", "urwxr-xr-x" for a setuid file. */
export function goMode(mode: number): string {
  const type = mode & 0o170000;
  const letters = [
    TYPES.get(type),
    mode & 0o4000 && "u",
    mode & 0o2000 && "g",
    type === DEVICE && "c",
    mode & 0o1000 && "t",
  ].filter((letter) => typeof letter === "string");
  const bits = [..."rwxrwxrwx"].map((letter, index) => (mode & (0o400 >> index) ? letter : "-"));
  return (letters.join("") || "-") + bits.join("");
}
