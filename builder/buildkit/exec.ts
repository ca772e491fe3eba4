import { Transform, type TransformCallback } from "node:stream";
import { text } from "node:stream/consumers";
import type { Container } from "dockerode";

/** A command that runs in a container: what it writes, and its input. */
export interface Running {
  readonly input: NodeJS.WritableStream;
  /** Standard output alone; ends when the command has ended. */
  readonly output: Transform;
  /** Ends its input, and hears no more of it: a command that only waits for input ends by that. */
  close(): void;
}

/** Starts a command in a container. */
export async function startInContainer(
  container: Container,
  command: readonly string[],
): Promise<Running & { code(): Promise<number | undefined> }> {
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({ hijack: true, stdin: true });
  const output = new StandardOutput();
  stream.pipe(output);
  stream.on("error", (error) => output.destroy(error));
  return {
    input: stream,
    output,
    close: () => void stream.destroy(),
    code: async () => (await exec.inspect()).ExitCode ?? undefined,
  };
}

/** Runs a command in a container to its end; its standard output, or undefined where it failed. */
export async function askContainer(
  container: Container,
  command: readonly string[],
): Promise<string | undefined> {
  const running = await startInContainer(container, command);
  const said = await text(running.output);
  return (await running.code()) === 0 ? said : undefined;
}

/** Bytes before each piece: which stream it is of, three times nothing, its length in four bytes. */
const HEADER = 8;

/** Takes standard output out of the engine's mix of streams, no faster than it is read. */
class StandardOutput extends Transform {
  #header = Buffer.alloc(0);
  #left = 0;
  #isOutput = false;

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    let rest = chunk;
    while (rest.length > 0) {
      rest = this.#left > 0 ? this.#takeContent(rest) : this.#takeHeader(rest);
    }
    done();
  }

  #takeHeader(bytes: Buffer): Buffer {
    const missing = HEADER - this.#header.length;
    this.#header = Buffer.concat([this.#header, bytes.subarray(0, missing)]);
    if (this.#header.length === HEADER) {
      this.#isOutput = this.#header[0] === 1;
      this.#left = this.#header.readUInt32BE(4);
      this.#header = Buffer.alloc(0);
    }
    return bytes.subarray(missing);
  }

  #takeContent(bytes: Buffer): Buffer {
    const content = bytes.subarray(0, this.#left);
    this.#left -= content.length;
    if (this.#isOutput) this.push(content);
    return bytes.subarray(content.length);
  }
}
