// The builds that the page knows, kept as they are by the service's events.

import { findBuild, listBuilds } from "./api.js";
import { follow } from "./follow.js";

/** @typedef {import("./api.js").Build} Build */
/** @typedef {"connecting" | "open" | "lost" | "refused"} Connection */

/** What the page knows; tells its listeners, at most once a frame, that it has changed. */
export class Builds {
  /** @type {Map<string, Build>} */
  #known = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** Counts events; an answer that was asked for before a build's last event is older than that. */
  #events = 0;
  /** @type {Map<string, number>} */
  #heardAt = new Map();
  #isTelling = false;
  /** @type {string | undefined} */
  #next;
  /** Lists that were asked for before the filter changed are of no use. */
  #turn = 0;
  /** @type {Connection} */
  connection = "connecting";
  /** Empty: all. */
  filter = "";
  isLoaded = false;
  /** @type {Error | undefined} */
  problem;

  /** Begins to listen to the service; each new connection reads the list, so that nothing is missed between. */
  start() {
    follow("v1/events", {
      became: (state, problem) => {
        this.connection = state;
        this.problem = problem;
        if (state === "open") this.load();
        this.#tell();
      },
      heard: ({ data }) => {
        const build = JSON.parse(data);
        this.#events += 1;
        this.#heardAt.set(build.id, this.#events);
        this.#put(build);
      },
    });
  }

  /** @param {() => void} listener */
  listen(listener) {
    this.#listeners.add(listener);
  }

  /** @param {string} id */
  get(id) {
    return this.#known.get(id);
  }

  /** Newest first, as far as they fit the filter. */
  list() {
    return [...this.#known.values()]
      .filter(({ state }) => this.filter === "" || state === this.filter)
      .sort((one, other) => (orderOf(one) < orderOf(other) ? 1 : -1));
  }

  get hasMore() {
    return this.#next !== undefined;
  }

  /** @param {string} state Empty: all. */
  async show(state) {
    this.filter = state;
    this.isLoaded = false;
    this.#tell();
    await this.load();
  }

  /** Reads the newest builds; never rejects: the problem is kept for the list to show. */
  async load() {
    await this.#read(undefined);
  }

  /** Reads the next older builds. */
  async more() {
    await this.#read(this.#next);
  }

  /**
   * Takes in a build that was asked for.
   *
   * @param {Promise<Build>} answer
   * @returns {Promise<Build>}
   */
  async take(answer) {
    const asked = this.#events;
    const build = await answer;
    const { attempts } = build;
    const newer = this.#isNews(build, asked) ? {} : this.#known.get(build.id);
    this.#put({ ...build, ...newer, ...(attempts && { attempts }) });
    return build;
  }

  /**
   * Reads one build.
   *
   * @param {string} id
   */
  async refresh(id) {
    await this.take(findBuild(id));
  }

  /** @param {string | undefined} next */
  async #read(next) {
    const turn = next === undefined ? ++this.#turn : this.#turn;
    const asked = this.#events;
    try {
      const page = await listBuilds(this.filter, next);
      if (turn !== this.#turn) return;
      for (const build of page.builds) if (this.#isNews(build, asked)) this.#put(build);
      if (next !== undefined || !this.isLoaded) this.#next = page.next ?? undefined;
      this.isLoaded = true;
      this.problem = undefined;
    } catch (problem) {
      this.problem = /** @type {Error} */ (problem);
    }
    this.#tell();
  }

  /** @param {Build} build */
  #put(build) {
    // Attempts come with some answers alone.
    const attempts = build.attempts ?? this.#known.get(build.id)?.attempts;
    this.#known.set(build.id, { ...build, ...(attempts && { attempts }) });
    this.#tell();
  }

  /**
   * @param {Build} build
   * @param {number} asked The count of events when it was asked for.
   */
  #isNews({ id }, asked) {
    return (this.#heardAt.get(id) ?? 0) <= asked;
  }

  #tell() {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setTimeout(() => {
      this.#isTelling = false;
      for (const listener of this.#listeners) listener();
    }, 16);
  }
}

/** @param {Build} build */
function orderOf({ created_at, id }) {
  return `${created_at} ${id}`;
}
