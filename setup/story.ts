import type { WriteStream } from "node:tty";
import { styleText } from "node:util";

/** What a step hands back: the text of its line and the value for the caller. */
export interface Told<T> {
  readonly text: string;
  readonly value: T;
}

/** Tells the user, line by line, what happens and how long each thing took. Safe to call from steps that run side by side. */
export interface Story {
  /** Runs `work` as a step: shows its progress while it runs and, when it ends, one line with the text it told and its duration in seconds. */
  step<T>(title: string, work: (progress: (text: string) => void) => Promise<Told<T>>): Promise<T>;
  /** One line of its own, without a duration. */
  say(title: string, text: string): void;
  /** One line that the user should not miss. */
  warn(text: string): void;
}

/** A story that nobody hears. */
export const silentStory: Story = {
  step: async (_title, work) => (await work(() => {})).value,
  say() {},
  warn() {},
};

/** The same story, without a step or a line that was told before: a second look at what is at hand. */
export function tellOnce(story: Story): Story {
  const told = new Set<string>();
  const isNew = (key: string): boolean => !told.has(key) && told.add(key).size > 0;
  return {
    step: (title, work) => (isNew(title) ? story : silentStory).step(title, work),
    say: (title, text) => (isNew(`${title} ${text}`) ? story : silentStory).say(title, text),
    warn: (text) => (isNew(text) ? story : silentStory).warn(text),
  };
}

/**
 * A story on a stream: lines with `✓`, `✗` and durations. On a terminal there are colours and one moving line per running step;
 * elsewhere progress is printed at most every 15 seconds per step, so that logs stay short but never look stuck.
 */
export function tellOn(stream: NodeJS.WriteStream): Story {
  const paint = painter(stream);
  const running = new Map<string, string>();
  const live = liveArea(stream, running);

  return {
    async step(title, work) {
      const began = performance.now();
      let printedAt = began;
      running.set(title, "");
      live.draw();
      const progress = (text: string): void => {
        running.set(title, text);
        if (live.enabled) live.draw();
        else if (performance.now() - printedAt > 15_000) {
          printedAt = performance.now();
          stream.write(`  … ${column(title)}${text} (${seconds(began)})\n`);
        }
      };
      try {
        const told = await work(progress);
        live.erase();
        running.delete(title);
        stream.write(
          `  ${paint("green", "✓")} ${column(title)}${told.text}  ${paint("dim", seconds(began))}\n`,
        );
        live.draw();
        return told.value;
      } catch (error) {
        live.erase();
        running.delete(title);
        stream.write(`  ${paint("red", "✗")} ${column(title)}${paint("dim", seconds(began))}\n`);
        live.draw();
        throw error;
      }
    },
    say(title, text) {
      live.erase();
      stream.write(`  ${paint("dim", "·")} ${column(title)}${text}\n`);
      live.draw();
    },
    warn(text) {
      live.erase();
      stream.write(`  ${paint("yellow", "!")} ${text}\n`);
      live.draw();
    },
  };
}

type Colour = Parameters<typeof styleText>[0];

/** Paints text for a stream: plain where the stream is no terminal or `NO_COLOR` is set. */
export function painter(stream: NodeJS.WritableStream): (colour: Colour, text: string) => string {
  return (colour, text) => styleText(colour, text, { stream });
}

function column(title: string): string {
  return `${title.padEnd(16)} `;
}

function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}

/** The moving lines at the bottom of a terminal, one for each running step; nothing elsewhere. */
function liveArea(stream: NodeJS.WriteStream, running: ReadonlyMap<string, string>) {
  const enabled = stream.isTTY === true && process.env.TERM !== "dumb";
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  return {
    enabled,
    erase,
    draw(): void {
      if (!enabled) return;
      erase();
      // A terminal that does not know its width says 0.
      const width = (stream as WriteStream).columns || 80;
      for (const [title, text] of running) {
        stream.write(`${`  … ${column(title)}${text}`.slice(0, width - 1)}\n`);
        drawn += 1;
      }
    },
  };
}
