import type { Login } from "../config/environment.ts";
import { type Connections, type OpenAnswer, open, type Question } from "../outside.ts";
import { basic, bearerToken } from "./bearer-token.ts";
import { type Challenge, parseChallenge } from "./challenge.ts";
import { RegistryFaults } from "./registry-faults.ts";

/** What a kind of registry needs beyond an address. */
export interface RegistryOptions {
  readonly login?: Login;
  /** By status: what is wrong and how to mend it, where the advice of all other failures would not do. */
  readonly refusals?: Readonly<Record<number, string>>;
  /** How to mend a repository that does not exist, where somebody has to make it before anything is pushed. */
  readonly missing?: string;
  /** Kept ones, for who pushes all day. Default: a fresh one for each question. */
  readonly connections?: Connections;
}

/** The longest way a registry may send a reader of a blob. */
const mostRedirects = 5;

/**
 * Requests to one registry, logged in the way it asks for: Basic, or a bearer token for each scope, which is kept for the
 * run and had anew when it has expired.
 */
export class RegistrySession {
  readonly origin: string;
  readonly options: RegistryOptions;
  readonly faults: RegistryFaults;
  readonly #authorizations = new Map<string, string>();
  #challenge: Challenge | undefined;

  /**
   * @param origin scheme, host and port: `https://gcr.io`.
   * @param advice how to mend a registry that does not answer.
   */
  constructor(origin: string, advice: string, options: RegistryOptions) {
    this.origin = origin;
    this.options = options;
    this.faults = new RegistryFaults(origin, advice, options.refusals);
  }

  /**
   * The answer to one question, whatever its status. A stream cannot be sent twice: where its login has expired the answer is a 401,
   * and the next question logs in anew.
   * @param scopes such as `repository:web:pull,push`.
   */
  async open(url: URL, scopes: readonly string[], question: Question): Promise<OpenAnswer> {
    const key = scopes.join(" ");
    let used = this.#authorizations.get(key) ?? (await this.#authorize(scopes));
    let answer = await this.#send(url, question, used);
    for (const wanted of this.#attempts(scopes)) {
      if (answer.status !== 401 || isStream(question.body)) break;
      this.#challenge = parseChallenge(answer.headers["www-authenticate"]);
      const next = await this.#authorize(wanted);
      if (next === undefined || next === used) break;
      answer.body.resume();
      used = next;
      answer = await this.#send(url, question, used);
    }
    if (answer.status === 401) this.#authorizations.delete(key);
    else if (used !== undefined) this.#authorizations.set(key, used);
    return answer;
  }

  /** Docker Hub lets nobody read what does not exist yet, except who asks to push it as well. */
  #attempts(scopes: readonly string[]): (readonly string[])[] {
    const asWriter = scopes.map((scope) => scope.replace(/:pull$/, ":pull,push"));
    return this.options.login ? [scopes, asWriter] : [scopes];
  }

  /** The `Authorization` that the last challenge asks for; undefined where nothing was asked for or there is nothing to show. */
  async #authorize(scopes: readonly string[]): Promise<string | undefined> {
    const { login } = this.options;
    if (this.#challenge === undefined) return undefined;
    if (this.#challenge.scheme === "basic") return login && basic(login);
    const { origin, faults } = this;
    const token = await bearerToken(origin, this.#challenge, scopes, login, faults);
    return token && `Bearer ${token}`;
  }

  /** Sends what it is told to send, and follows where a reader is sent; the login is shown to the registry's own host only. */
  async #send(url: URL, question: Question, authorization: string | undefined) {
    let at = url;
    for (let redirects = 0; ; redirects += 1) {
      const isOwn = at.origin === this.origin;
      const headers = { ...question.headers, ...(isOwn && authorization && { authorization }) };
      const answer = await this.#opened(at, { ...question, headers });
      const { location } = answer.headers;
      const isRedirect = answer.status >= 301 && answer.status <= 308 && answer.status !== 304;
      if (!isRedirect || !location || question.body || redirects === mostRedirects) return answer;
      answer.body.resume();
      at = new URL(String(location), at);
    }
  }

  async #opened(url: URL, question: Question): Promise<OpenAnswer> {
    const { connections } = this.options;
    try {
      return await open(url, { ...question, ...(connections && { connections }) });
    } catch (error) {
      throw this.faults.silent(error as Error, question.milliseconds);
    }
  }
}

function isStream(body: Question["body"]): boolean {
  return body !== undefined && !Buffer.isBuffer(body);
}
