import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A comment as either host keeps it. */
export interface Kept {
  id: number;
  author: string;
  text: string;
  deleted?: boolean;
  inline?: object;
}

/** What was asked of the server. */
export interface Asked {
  readonly method: string;
  /** As it stood in the request: a whole address when it came to a proxy. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/**
 * A server that speaks what is documented of both hosts: comments of one pull request, who one is, and, for those who come
 * by way of it as a proxy, Code Insights. It refuses what they refuse.
 */
export interface HostServer {
  readonly address: string;
  readonly comments: Kept[];
  readonly asked: Asked[];
  /** Code Insights reports by their ids. */
  readonly reports: Map<
    string,
    { body: Record<string, unknown>; annotations: Record<string, unknown>[] }
  >;
  /** Answers that stand in for the next ones to such a method, one each. */
  readonly faults: {
    method: string;
    /** How its target ends; any by default. */
    path?: string;
    status: number;
    headers?: Record<string, string>;
    body?: string;
    /** Whether the work is done all the same. */
    isDone?: boolean;
  }[];
}

export interface HostServerOptions {
  readonly token?: string;
  /** Who the token is, as comments have it. */
  readonly self?: string;
  /** Whether it may ask who it is. */
  readonly mayAsk?: boolean;
  /** Comments on a page; the hosts themselves have 100. */
  readonly pageLength?: number;
}

/** Starts one for a test, on a free port. */
export async function hostServer({
  token = "t0ken-of-the-tests",
  self = "slipway",
  mayAsk = true,
  pageLength = 2,
}: HostServerOptions = {}): Promise<HostServer> {
  const server: HostServer = {
    address: "",
    comments: [],
    asked: [],
    reports: new Map(),
    faults: [],
  };
  const listener = createServer(async (request, response) => {
    const text = await bodyOf(request);
    const asked: Asked = {
      method: request.method ?? "",
      target: request.url ?? "",
      authorization: request.headers.authorization,
      body: text === "" ? undefined : JSON.parse(text),
    };
    server.asked.push(asked);
    const at = server.faults.findIndex(
      ({ method, path = "" }) => method === asked.method && asked.target.endsWith(path),
    );
    const [fault] = at < 0 ? [] : server.faults.splice(at, 1);
    const answer = (): Answer => answerTo(server, asked, { token, self, mayAsk, pageLength });
    if (fault?.isDone) answer();
    const {
      status,
      body,
      headers = {},
    } = fault ? { ...fault, body: fault.body ?? "{}" } : answer();
    send(response, status, body, headers);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        listener.closeAllConnections();
        listener.close(() => resolve());
      }),
  );
  return Object.assign(server, {
    address: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
  });
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

function answerTo(server: HostServer, asked: Asked, options: Required<HostServerOptions>): Answer {
  const insights =
    /^http:\/\/api\.bitbucket\.org\/2\.0\/repositories\/acme\/web\/commit\/c0ffee\/reports\/([\w-]+)(\/annotations)?$/.exec(
      asked.target,
    );
  if (insights) return insight(server, asked, insights[1] ?? "", insights[2] !== undefined);
  if (asked.authorization !== `Bearer ${options.token}`) return refused(401, "Bad credentials");
  const { pathname, searchParams } = new URL(asked.target, server.address);
  const page = Number(searchParams.get("page") ?? "1");
  if (pathname.startsWith("/bitbucket/"))
    return bitbucket(server, asked, pathname.slice(10), page, options);
  return github(server, asked, pathname, page, options);
}

function bitbucket(
  server: HostServer,
  { method, body }: Asked,
  path: string,
  page: number,
  options: Required<HostServerOptions>,
): Answer {
  if (path === "/user") {
    return options.mayAsk
      ? { status: 200, body: { uuid: `{${options.self}}` } }
      : refused(403, "Forbidden");
  }
  const found = /^\/repositories\/acme\/web\/pullrequests\/12\/comments(?:\/(\d+))?$/.exec(path);
  if (!found) return refused(404, "Not found");
  if (method === "GET") {
    const from = (page - 1) * options.pageLength;
    const values = server.comments
      .slice(from, from + options.pageLength)
      .map(({ id, author, text, deleted = false, inline }) => ({
        id,
        content: { raw: deleted ? "" : text },
        user: { uuid: `{${author}}`, type: /^slipway|-app$/.test(author) ? "app_user" : "user" },
        deleted,
        ...(inline && { inline }),
      }));
    const isMore = from + options.pageLength < server.comments.length;
    const next = `${server.address}/bitbucket${path}?page=${page + 1}`;
    return { status: 200, body: { values, ...(isMore && { next }) } };
  }
  const { content, ...unknown } = body as { content?: { raw?: unknown } };
  const text = content?.raw;
  if (Object.keys(unknown).length > 0 || typeof text !== "string" || text.length >= 32_768)
    return refused(400, "content: too long, or unknown fields");
  return written(server, method, found[1], text, options.self);
}

function github(
  server: HostServer,
  { method, body }: Asked,
  path: string,
  page: number,
  options: Required<HostServerOptions>,
): Answer {
  if (path === "/graphql") {
    return options.mayAsk
      ? { status: 200, body: { data: { viewer: { login: options.self } } } }
      : refused(403, "Resource not accessible by integration");
  }
  const found = /^\/repos\/acme\/web\/issues\/(?:12\/comments|comments\/(\d+))$/.exec(path);
  if (!found) return refused(404, "Not Found");
  if (method === "GET") {
    const from = (page - 1) * options.pageLength;
    const values = server.comments
      .slice(from, from + options.pageLength)
      .map(({ id, author, text }) => ({ id, body: text, user: { login: author } }));
    const isMore = from + options.pageLength < server.comments.length;
    const link = `<${server.address}${path}?page=1>; rel="first"${isMore ? `, <${server.address}${path}?page=${page + 1}>; rel="next"` : ""}`;
    return { status: 200, body: values, headers: { link } };
  }
  const { body: text, ...unknown } = body as { body?: unknown };
  if (Object.keys(unknown).length > 0 || typeof text !== "string" || text.length > 65_536)
    return refused(422, "Body is too long (maximum is 65536 characters)");
  return written(server, method, found[1], text, options.self);
}

function written(
  server: HostServer,
  method: string,
  id: string | undefined,
  text: string,
  self: string,
): Answer {
  if (method === "POST") {
    server.comments.push({ id: 1000 + server.comments.length, author: self, text });
    return { status: 201, body: {} };
  }
  const comment = server.comments.find((one) => String(one.id) === id);
  if (comment === undefined) return refused(404, "Not found");
  if (comment.author !== self) return refused(403, "Forbidden");
  comment.text = text;
  return { status: 200, body: {} };
}

const reportFields = [
  "title",
  "details",
  "external_id",
  "reporter",
  "link",
  "report_type",
  "result",
  "data",
];
const annotationFields = ["external_id", "annotation_type", "severity", "summary", "details"];

/** The proxy itself proves who asks, and a token has no business there. */
function insight(
  server: HostServer,
  { method, body, authorization }: Asked,
  id: string,
  isAnnotations: boolean,
): Answer {
  if (authorization !== undefined) return refused(400, "a token");
  const kept = server.reports.get(id);
  if (method === "DELETE")
    return server.reports.delete(id) ? { status: 204, body: "" } : refused(404, "Not found");
  if (method === "PUT" && !isAnnotations) {
    const report = body as Record<string, unknown>;
    const isWrong =
      Object.keys(report).some((field) => !reportFields.includes(field)) ||
      String(report.details).length > 2000 ||
      (report.data as unknown[]).length > 10;
    if (isWrong) return refused(400, "a report of another form");
    server.reports.set(id, { body: report, annotations: [] });
    return { status: 200, body: {} };
  }
  if (kept === undefined) return refused(404, "Report not found");
  const annotations = body as Record<string, unknown>[];
  const isWrong =
    annotations.length > 100 ||
    annotations.some(
      (one) =>
        Object.keys(one).some((field) => !annotationFields.includes(field)) ||
        String(one.summary).length > 450 ||
        String(one.details ?? "").length > 2000,
    );
  const before = kept.annotations.filter(
    (old) => !annotations.some((one) => one.external_id === old.external_id),
  );
  if (isWrong || before.length + annotations.length > 1000)
    return refused(400, "annotations of another form");
  kept.annotations = [...before, ...annotations];
  return { status: 200, body: {} };
}

function refused(status: number, message: string): Answer {
  return { status, body: { message, error: { message } } };
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string>,
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(status === 204 ? undefined : typeof body === "string" ? body : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  return text;
}
