import { StringDecoder } from "node:string_decoder";

/** Characters of a line that are kept. */
export const LINE_LIMIT = 16 * 1024;

/** Makes lines of what comes in pieces, and cuts what is too long. */
export class TextLines {
  readonly #hear: (line: string) => void;
  readonly #drop: (characters: number) => void;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #dropped = 0;

  /** @param drop hears how many characters of a line are left out, as they come. */
  constructor(hear: (line: string) => void, drop: (characters: number) => void = () => {}) {
    this.#hear = hear;
    this.#drop = drop;
  }

  add(piece: Buffer): void {
    const [first = "", ...others] = this.#decoder.write(piece).split("\n");
    this.#append(first);
    for (const part of others) {
      this.#end();
      this.#append(part);
    }
  }

  /** The last line may lack its end. */
  end(): void {
    this.#append(this.#decoder.end());
    if (this.#rest !== "" || this.#dropped > 0) this.#end();
  }

  #append(text: string): void {
    const kept = text.slice(0, LINE_LIMIT - this.#rest.length);
    this.#rest += kept;
    const dropped = text.length - kept.length;
    this.#dropped += dropped;
    if (dropped > 0) this.#drop(dropped);
  }

  #end(): void {
    const note =
      this.#dropped > 0 ? ` [${this.#dropped} more characters of this line left out]` : "";
    this.#hear(plain(this.#rest) + note);
    this.#rest = "";
    this.#dropped = 0;
  }
}

/** What a terminal would show in the end of a line that was written over; NUL cannot be stored as text. */
function plain(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1).replaceAll("\0", "");
}
