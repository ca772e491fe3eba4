// The page's modules that need no browser; TypeScript knows them by what is said here, their own checks are those of
// builder/page/tsconfig.json.

type Colour = readonly [number, number, number];
type Look = Readonly<Record<string, unknown>>;

async function load<T>(name: string): Promise<T> {
  return import(new URL(`../../../builder/page/${name}.js`, import.meta.url).href);
}

export const { ansiPieces, styleOf } = await load<{
  ansiPieces(line: string): { text: string; look: Look }[];
  styleOf(look: Look): Record<string, string>;
}>("ansi");

export const { contrast, paletteColour, readable } = await load<{
  contrast(one: Colour, other: Colour): number;
  paletteColour(code: number | "text" | "paper"): Colour;
  readable(colour: Colour, on: Colour): Colour;
}>("colours");

export const { eventReader } = await load<{
  eventReader(
    heard: (event: { event: string; data: string; id: string }) => void,
  ): (text: string) => void;
}>("event-stream");

export const { readArgs } = await load<{
  readArgs(text: string): { args: Record<string, string>; problem?: string };
}>("read-args");

export const { ago, duration, size, stateWord } = await load<{
  ago(milliseconds: number): string;
  duration(milliseconds: number): string;
  size(bytes: number): string;
  stateWord(build: { state: string; step: string; is_cancelling: boolean }): string;
}>("words");
