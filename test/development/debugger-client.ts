import { once } from "node:events";
import { connect } from "node:net";
import { until } from "../rehearsal/until.ts";

/** A debugger that speaks the Debug Adapter Protocol, as editors do. */
export interface DebuggerClient {
  /** Sends a request and returns the body of its answer; rejects with the other side's word if it is refused. */
  request<T = unknown>(command: string, args?: object): Promise<T>;
  /** The body of the next event of this name that has not been waited for. */
  event<T = unknown>(name: string): Promise<T>;
  /** Attaches with these arguments of a launch configuration and stops at this line of a file from then on. */
  attach(args: object, breakpoint: { readonly path: string; readonly line: number }): Promise<void>;
  /** Lets go of the program, which goes on. */
  detach(): Promise<void>;
}

interface Message {
  type: "event" | "response";
  event?: string;
  request_seq?: number;
  success?: boolean;
  message?: string;
  body?: unknown;
}

/** Connects to a debug adapter on 127.0.0.1. */
export async function connectDebugger(port: number): Promise<DebuggerClient> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const messages: Message[] = [];
  let received = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const [head, length] =
        /^Content-Length: (\d+)\r\n\r\n/.exec(received.toString("latin1")) ?? [];
      const end = (head?.length ?? 0) + Number(length);
      if (head === undefined || received.length < end) return;
      messages.push(JSON.parse(received.subarray(head.length, end).toString()));
      received = received.subarray(end);
    }
  });
  const take = (what: string, wanted: (message: Message) => boolean): Promise<Message> =>
    until(`the debugger's ${what}`, () => {
      const at = messages.findIndex(wanted);
      return at < 0 ? undefined : messages.splice(at, 1)[0];
    });
  let sent = 0;
  const request: DebuggerClient["request"] = async (command, args = {}) => {
    sent += 1;
    const seq = sent;
    const body = JSON.stringify({ seq, type: "request", command, arguments: args });
    socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    const answer = await take(`answer to ${command}`, ({ request_seq }) => request_seq === seq);
    if (!answer.success) throw new Error(`${command}: ${answer.message}`);
    return answer.body as never;
  };
  const event: DebuggerClient["event"] = async (name) =>
    (await take(`event ${name}`, (message) => message.event === name)).body as never;
  return {
    request,
    event,
    async attach(args, { path, line }) {
      await request("initialize", { adapterID: "test", clientID: "test", pathFormat: "path" });
      // Answered only when the configuration is done.
      const attached = request("attach", args);
      await event("initialized");
      await request("setBreakpoints", { source: { path }, breakpoints: [{ line }] });
      await request("configurationDone");
      await attached;
    },
    async detach() {
      await request("disconnect", { terminateDebuggee: false });
      socket.destroy();
    },
  };
}
