import { type OpenAnswer, whole } from "../../infra/outside.ts";

/** A registry's answer that is of no use; the message is the client's, one line, without secrets. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly status: number;
  /** The registry's own name of what is wrong: `DENIED`, `MANIFEST_BLOB_UNKNOWN`; empty where it gives none. */
  readonly code: string;
  /** Seconds after which it wants to be asked again. */
  readonly retryAfter: number | undefined;

  /** @param asked such as `take a layer of team/web`. */
  constructor(status: number, asked: string, said: Said, retryAfter: number | undefined) {
    const reason = [said.code, said.message].filter(Boolean).join(": ");
    super(`answered ${status} when asked to ${asked}${reason && ` (${reason})`}; ${mend(status)}`);
    this.status = status;
    this.code = said.code;
    this.retryAfter = retryAfter;
  }
}

/** An upload that the registry takes nothing more of; the message is the client's. */
export class Stalled extends Error {
  override name = "Stalled";
}

interface Said {
  readonly code: string;
  readonly message: string;
}

/** Reads what a registry has to say of its refusal. */
export async function refusal(answer: OpenAnswer, asked: string): Promise<Refusal> {
  const wait = Number(answer.headers["retry-after"]);
  const body = await whole(answer.body).catch(() => Buffer.alloc(0));
  const retryAfter = Number.isFinite(wait) && wait >= 0 ? wait : undefined;
  return new Refusal(answer.status, asked, saidIn(body), retryAfter);
}

function saidIn(body: Buffer): Said {
  try {
    const [first] = (JSON.parse(body.toString("utf8")) as { errors: Partial<Said>[] }).errors;
    return { code: oneLine(first?.code), message: oneLine(first?.message) };
  } catch {
    return { code: "", message: "" };
  }
}

function oneLine(text: unknown): string {
  return typeof text === "string"
    ? text
        .replaceAll(/\p{C}+/gu, " ")
        .trim()
        .slice(0, 200)
    : "";
}

function mend(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return "whoever runs this builder has to mend its login, or what that login may push";
    case 404:
      return "whoever runs this builder has to make the repository, or mend its namespace";
    case 413:
      return "make the image's layers smaller";
    case 429:
      return "retry the build later";
    default:
      return status >= 500 ? "retry the build later" : "mend the image or its name";
  }
}
