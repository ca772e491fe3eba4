import type { Socket } from "node:net";
import { Problem, problemBody } from "./problem.ts";

/** What is not even HTTP is told so, as far as the connection still takes it. */
export function answerBroken(error: { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = brokenProblem(error.code);
  const body = JSON.stringify(problemBody(problem));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problemBody(problem).title}`,
      "Connection: close",
      "Content-Type: application/problem+json; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}

function brokenProblem(code: string | undefined): Problem {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Problem(408, "request: comes in too slowly; send it faster");
    case "HPE_HEADER_OVERFLOW":
      return new Problem(431, "headers: are larger than 16 KiB; send fewer");
    default:
      return new Problem(400, "request: is no HTTP; send it again");
  }
}
