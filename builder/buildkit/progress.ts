import type { Log } from "../work/steps.ts";
import { LINE_LIMIT, TextLines } from "./text-lines.ts";

// What BuildKit tells of a build while it runs, made into the lines of its log.

/** One line of buildctl's `--progress rawjson`, as far as it is used. */
interface Status {
  readonly vertexes?: readonly Vertex[];
  readonly logs?: readonly Output[];
  readonly warnings?: readonly { readonly short?: string }[];
}

/** A step of a build. */
interface Vertex {
  readonly digest: string;
  readonly name?: string;
  readonly started?: string;
  readonly completed?: string;
  readonly cached?: boolean;
  readonly error?: string;
}

/** A piece of what a step's command wrote. */
interface Output {
  readonly vertex: string;
  /** 1: standard output; 2: standard error. */
  readonly stream?: number;
  /** In base64. */
  readonly data?: string;
}

/** What is known of a step that has begun. */
interface Told {
  readonly title: string;
  readonly lines: Readonly<Record<"out" | "err", TextLines>>;
  isDone: boolean;
}

/** Tells a build's steps like `#5 [2/3] RUN make`, `#5 DONE 0.2s`, and what their commands wrote in between. */
export class Progress {
  readonly #log: Log;
  readonly #drop: (characters: number) => void;
  readonly #steps = new Map<string, Told>();
  #current = "";

  /** @param drop hears how many characters of a line are left out, as they come. */
  constructor(log: Log, drop: (characters: number) => void = () => {}) {
    this.#log = log;
    this.#drop = drop;
  }

  /** @param line JSON as buildctl prints it. */
  read(line: string): void {
    const { vertexes = [], logs = [], warnings = [] } = parsed(line);
    // A step's end and its last output come together: the output is told first.
    for (const vertex of vertexes) if (vertex.started) this.#begin(vertex);
    for (const output of logs) this.#write(output);
    for (const vertex of vertexes) this.#end(vertex);
    for (const { short } of warnings) {
      if (short) this.#log("step", `WARNING: ${oneLine(Buffer.from(short, "base64").toString())}`);
    }
  }

  /** Tells what has no line end yet. */
  end(): void {
    for (const { lines } of this.#steps.values())
      for (const each of Object.values(lines)) each.end();
  }

  #begin({ digest, name = digest }: Vertex): Told {
    const known = this.#steps.get(digest);
    if (known) return known;
    const title = `#${this.#steps.size + 1} ${oneLine(name)}`;
    const hear = (stream: "out" | "err") => (text: string) => this.#say(digest, stream, text);
    const lines = {
      out: new TextLines(hear("out"), this.#drop),
      err: new TextLines(hear("err"), this.#drop),
    };
    const step: Told = { title, lines, isDone: false };
    this.#steps.set(digest, step);
    this.#current = digest;
    this.#log("step", title);
    return step;
  }

  #write({ vertex, stream, data = "" }: Output): void {
    const { lines } = this.#begin({ digest: vertex });
    lines[stream === 2 ? "err" : "out"].add(Buffer.from(data, "base64"));
  }

  /** Steps run side by side: whose output follows is said again when it changes. */
  #say(digest: string, stream: "out" | "err", text: string): void {
    if (this.#current !== digest) this.#log("step", this.#steps.get(digest)?.title ?? digest);
    this.#current = digest;
    this.#log(stream, text);
  }

  #end({ digest, started, completed, cached, error }: Vertex): void {
    const step = this.#steps.get(digest);
    if (step === undefined || step.isDone || !completed) return;
    step.isDone = true;
    for (const lines of Object.values(step.lines)) lines.end();
    const number = step.title.slice(0, step.title.indexOf(" "));
    const seconds = (Date.parse(completed) - Date.parse(started ?? completed)) / 1000;
    if (error) this.#log("step", `${number} ${ending(error)}`);
    else this.#log("step", `${number} ${cached ? "CACHED" : `DONE ${seconds.toFixed(1)}s`}`);
  }
}

/** A client that was killed may leave half a line. */
function parsed(line: string): Status {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

function ending(error: string): string {
  return error.endsWith("context canceled") ? "CANCELED" : `ERROR: ${oneLine(error)}`;
}

/** A name may hold line ends of its own, as a here-document does. */
function oneLine(text: string): string {
  return text
    .replaceAll("\0", "")
    .replace(/\s*[\r\n]+\s*/g, " ")
    .trim()
    .slice(0, LINE_LIMIT);
}
