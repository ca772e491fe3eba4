import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { findBrowser } from "../../../setup/chromium.ts";
import { thisMachine } from "../../../setup/machine.ts";

/** The browser of this machine; without one the tests of pages are skipped. */
export const program = findBrowser(thisMachine());

if (program === undefined) {
  process.stderr.write("pages: not tried in a browser; install Chromium or Chrome\n");
}

/** How a page is looked at. */
export interface Look {
  /** Default: a desktop's. */
  readonly width?: number;
  readonly height?: number;
  /** Default: `light`. */
  readonly colours?: "light" | "dark";
  /** The only server that may be asked. Default: the address's own. */
  readonly origin?: string;
  /** Whether the test moves the page's clock. Default: no. */
  readonly hasClock?: boolean;
  /** What the test provokes: statuses of answers, or other words of the browser's complaint; any other complaint fails the test. */
  readonly provoked?: readonly (number | string)[];
}

/** What a browser says when it gives up what it is loading because the machine's networks change: with each container's start. */
const NETWORK_CHANGED = "ERR_NETWORK_CHANGED";

let browser: Browser | undefined;

/** Starts a browser before the tests of a file and ends it after them. */
export function useBrowser(): void {
  beforeAll(async () => {
    if (program === undefined) return;
    const isRoot = process.getuid?.() === 0;
    browser = await chromium.launch({
      executablePath: program,
      args: isRoot ? ["--no-sandbox"] : [],
    });
  });
  afterAll(async () => browser?.close());
}

/**
 * Opens an address in a window of its own. When the test has ended, the page must not have complained in its console, nor asked
 * any other server.
 */
export async function visit(address: string, look: Look = {}): Promise<Page> {
  if (browser === undefined) throw new Error("useBrowser() comes first");
  const { width = 1280, height = 800, colours = "light", provoked = [] } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: colours,
    // Nothing is waited for longer than this.
    ...(width < 500 && { hasTouch: true, isMobile: true }),
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  const words = [NETWORK_CHANGED];
  for (const what of provoked) words.push(typeof what === "number" ? `status of ${what}` : what);
  const complain = (text: string) => {
    if (!words.some((word) => text.includes(word))) complaints.push(text);
  };
  page.on("pageerror", ({ message }) => complain(message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complain(message.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (
      !/^(?:data|blob):/.test(url) &&
      new URL(url).origin !== new URL(look.origin ?? address).origin
    ) {
      complaints.push(`asked ${url}`);
    }
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  if (look.hasClock) await page.clock.install();
  await load(page, address);
  return page;
}

/** Loads an address anew, and waits until the page has started. */
export async function load(page: Page, address: string = page.url()): Promise<void> {
  await page.goto("about:blank");
  const isStarted = async () => {
    await page.goto(address);
    if (address !== "about:blank") await page.locator("#connection[data-state]").waitFor();
  };
  // It is given up whenever a container starts or ends on this machine, and by the page itself after some loads.
  await expect.poll(() => isStarted().then(() => "", messageOf), { timeout: 60_000 }).toBe("");
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe has against the page as it is now: each rule with the elements that break it. */
export async function complaintsOfAxe(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] =
    await page.evaluate("axe.run().then(({ violations }) => violations)");
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}

/** Expects of what is asked again and again, for as long as a page on a busy machine may take. */
export function eventually<T>(ask: () => T | Promise<T>) {
  return expect.poll(ask, { timeout: 20_000 });
}

/** Whether the page has to be scrolled sideways. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
}

/** The element that has the keyboard, as `tag#id` or `tag` with its text. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const { localName, id, textContent } = document.activeElement;
    return id ? localName + "#" + id : localName + " " + textContent.trim();
  })()`);
}

function messageOf({ message }: Error): string {
  return message;
}
