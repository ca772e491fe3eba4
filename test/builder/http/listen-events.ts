import { type IncomingMessage, request } from "node:http";
import { onTestFinished } from "vitest";

/** A server-sent event, its data read. */
export interface Heard {
  readonly event: string;
  readonly id?: string;
  readonly data: Record<string, unknown>;
}

/** A connection that listens to events as they come. */
export interface Listening {
  readonly response: IncomingMessage;
  /** Waits until there are so many events in all, and gives them. */
  events(count: number): Promise<readonly Heard[]>;
  /** Settles when the server has ended the stream. */
  readonly ended: Promise<void>;
  /** Goes away without a word. */
  leave(): void;
}

/** Asks for a stream over a real connection. It is gone when the test has finished. */
export async function listenTo(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Listening> {
  const heard: Heard[] = [];
  let rest = "";
  let wake = (): void => {};
  const asked = request(url, { headers, agent: false });
  onTestFinished(() => void asked.destroy());
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once("response", resolve).once("error", reject).end();
  });
  const ended = new Promise<void>((resolve) => {
    response.once("end", resolve).once("error", () => resolve());
  });
  response.setEncoding("utf8").on("data", (text: string) => {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    heard.push(...blocks.flatMap(eventsIn));
    wake();
  });
  return {
    response,
    ended,
    leave: () => void asked.destroy(),
    async events(count) {
      const deadline = performance.now() + 60_000;
      while (heard.length < count) {
        await new Promise<void>((resolve, reject) => {
          wake = resolve;
          const late = () => reject(new Error(`heard but ${JSON.stringify(heard)}`));
          setTimeout(late, Math.max(0, deadline - performance.now())).unref();
        });
      }
      return heard;
    },
  };
}

function eventsIn(block: string): Heard[] {
  const fields = new Map(
    block.split("\n").map((line): [string, string] => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const [event, id, data] = ["event", "id", "data"].map((name) => fields.get(name));
  if (event === undefined || data === undefined) return [];
  return [{ event, ...(id !== undefined && { id }), data: JSON.parse(data) }];
}
