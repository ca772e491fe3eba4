import { createServer } from "node:http";
import { onTestFinished } from "vitest";

/** Serves the few questions the set-up asks an engine on a socket, until the test has ended. */
export async function fakeEngine(
  socket: string,
  answers: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const known: Readonly<Record<string, unknown>> = {
    "/version": { Version: "29.1.0", Os: "linux", Arch: "arm64" },
    ...answers,
  };
  const server = createServer((request, response) => {
    const answer = known[request.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200, { connection: "close" });
    response.end(JSON.stringify(answer ?? { message: "no such thing" }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
}
