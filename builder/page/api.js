// The service as the page sees it: what it answers, asked with the reader's token.

import { askToken, token } from "./token.js";
import { pause } from "./waiting.js";

/** How often it is tried to reach the service, and the milliseconds between. */
const TRIES = 3;
const BETWEEN = 250;

/**
 * @typedef {object} Attempt
 * @property {number} number
 * @property {string} worker
 * @property {string} state
 * @property {"build" | "push"} first_step
 * @property {string | null} [digest]
 * @property {string | null} [error]
 * @property {string} started_at
 * @property {string | null} [finished_at]
 */

/**
 * @typedef {object} Build
 * @property {string} id
 * @property {string} client
 * @property {string} image_name
 * @property {string} image_tag
 * @property {string} dockerfile
 * @property {Record<string, string>} args
 * @property {string | null} [target]
 * @property {string | null} [platform]
 * @property {string} reference
 * @property {string} state
 * @property {"build" | "push"} step
 * @property {number} attempt
 * @property {string | null} [digest]
 * @property {string | null} [error]
 * @property {boolean} is_cancelling
 * @property {string} created_at
 * @property {string | null} [started_at]
 * @property {string | null} [finished_at]
 * @property {Attempt[]} [attempts]
 */

/** An error that the service has told. */
export class Problem extends Error {
  /** @override */
  name = "Problem";

  /**
   * @param {string} message
   * @param {number} status
   * @param {{ field: string, detail: string }[]} [errors] What is wrong with single fields.
   */
  constructor(message, status, errors = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

/** The service did not answer. */
export class Unreachable extends Error {
  /** @override */
  name = "Unreachable";
}

/**
 * Asks the service, once more with another token where it wants one.
 *
 * @param {string} path Relative to the page.
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} A good one.
 */
export async function request(path, options = {}) {
  for (;;) {
    const used = token();
    const headers = new Headers(options.headers);
    if (used !== undefined) headers.set("authorization", `Bearer ${used}`);
    const response = await reach(new URL(path, document.baseURI), { ...options, headers });
    if (response.ok) return response;
    if (response.status !== 401) throw await problemOf(response);
    await askToken(used);
  }
}

/**
 * What only reads is asked for again: a browser gives up a request whenever the machine's networks change, as they do with each
 * container that starts or ends there.
 *
 * @param {URL} url
 * @param {RequestInit} options
 */
async function reach(url, options) {
  const tries = options.method === undefined ? TRIES : 1;
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await fetch(url, options);
    } catch (cause) {
      options.signal?.throwIfAborted();
      if (left === 0) throw new Unreachable("The service cannot be reached.", { cause });
    }
    await pause(BETWEEN, options.signal ?? new AbortController().signal);
  }
}

/**
 * @param {string} state Empty: all.
 * @param {string} [next] What the list before this one ended with.
 * @returns {Promise<{ builds: Build[], next: string | null }>} Newest first.
 */
export async function listBuilds(state, next) {
  const query = new URLSearchParams({ limit: "50", ...(state && { state }) });
  if (next !== undefined) query.set("cursor", next);
  return (await request(`v1/builds?${query}`)).json();
}

/**
 * @param {string} id
 * @returns {Promise<Build>}
 */
export async function findBuild(id) {
  return (await request(buildPath(id))).json();
}

/**
 * @param {string} id
 * @param {"cancel" | "retry"} action
 * @returns {Promise<Build>}
 */
export async function act(id, action) {
  return (await request(`${buildPath(id)}/${action}`, { method: "POST" })).json();
}

/** @param {string} id */
export function buildPath(id) {
  return `v1/builds/${encodeURIComponent(id)}`;
}

/**
 * What a bad answer says, whether it came from the service or from something before it.
 *
 * @param {{ status: number, headers: Pick<Headers, "get">, text(): Promise<string> }} response
 */
export async function problemOf(response) {
  const { status } = response;
  const said = parsed(await response.text());
  const wait = response.headers.get("retry-after");
  const text = said?.detail ?? said?.title ?? said?.message ?? `The service answered ${status}.`;
  return new Problem(wait ? `${text} Try again in ${wait} s.` : text, status, said?.errors);
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
