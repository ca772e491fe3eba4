import { isAllowed } from "../buildkit/image-names.ts";
import { forbiddenFrontend, syntaxOf } from "../buildkit/syntax.ts";
import { baseImages } from "./base-images.ts";
import { ContextRefused, inBytes, quoted } from "./refused.ts";

/** What a Dockerfile may name; a list that is absent allows all. */
export interface Allowed {
  /** For `FROM`; see `isAllowed`. */
  readonly baseImages?: readonly string[];
  /** For `# syntax=`. */
  readonly frontends?: readonly string[];
}

/** Characters of one line: BuildKit gives up at 64 KiB too. */
const longestLine = 2 ** 16;

/** @throws ContextRefused when a Dockerfile is too large. */
export function checkDockerfileSize(bytes: number, most: number): void {
  if (bytes <= most) return;
  throw refuse(`has more than ${inBytes(most)}; shorten it, or COPY what it holds from a context`);
}

/**
 * Checks what can be told of a Dockerfile without building it. What it names by an argument is checked while it is built.
 * @throws ContextRefused when it is no Dockerfile, or names what it may not.
 */
export function checkDockerfile(content: Buffer, most: number, allowed: Allowed): void {
  checkDockerfileSize(content.length, most);
  const text = decoded(content);
  if (text.trim() === "") throw refuse("is empty; write a FROM line and what follows");
  if (text.includes("\0")) throw refuse("holds a NUL character; send it as text");
  const lines = text.split("\n");
  const long = lines.findIndex((line) => line.length > longestLine);
  if (long >= 0) throw refuse(`line ${long + 1} has more than ${inBytes(longestLine)}; break it`);
  const frontend = forbiddenFrontend([syntaxOf(content)], allowed.frontends ?? ["*"]);
  if (frontend !== undefined) {
    throw refuse(
      `# syntax=${quoted(frontend)} is not among the frontends of this builder (${allowed.frontends?.join(", ")}); use one of them, or leave the line out`,
    );
  }
  const { images, hasStage } = baseImages(lines);
  if (!hasStage) throw refuse("has no FROM line; begin it with the image to start from");
  for (const { name, line } of images) {
    if (isAllowed(name, allowed.baseImages ?? ["*"])) continue;
    throw refuse(
      `line ${line}: FROM ${quoted(name)} is not among the base images of this builder (${allowed.baseImages?.join(", ")}); use one of them`,
    );
  }
}

function decoded(content: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw refuse("is not UTF-8; save it as UTF-8 text");
  }
}

function refuse(why: string): ContextRefused {
  return new ContextRefused(`Dockerfile: ${why}`);
}
