import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { eventually, program, useBrowser, visit } from "./browser.ts";
import { openService, ordered } from "./service.ts";

/** What a hostile build might write. */
const HOSTILE = [
  "<script>document.title = 'taken'</script>",
  "<img src=x onerror=\"document.title='taken'\"><style>*{display:none}</style>",
  "\u001b]0;taken\u0007\u001b]8;;javascript:document.title='taken'\u001b\\click\u001b]8;;\u001b\\",
  "\u001b[2J\u001b[1;1H\u001b[38;2;19;23;29mhidden ink\u001b[0m",
  "right \u202eto left\u202c and back",
  "&lt;b&gt; stays as it is",
  `${"x".repeat(2_000_000)}`,
  "\r\r\rlast",
];

/** Waits for the last line without a search through all of them, which would take the page's own time. */
async function lastLine(page: Page, text: string): Promise<void> {
  const last = "document.querySelector('.chunk:last-child > .line:last-child')?.textContent";
  await eventually(() => page.evaluate(last)).toBe(text);
}

describe.skipIf(program === undefined)("a log", () => {
  useBrowser();

  it("of 20,000 lines stays quick while it comes in and after", async () => {
    const service = await openService();
    const id = await ordered(service);
    service.store.begin(id);
    const page = await visit(`${service.url}/#/builds/${id}`);
    await page.getByText("0 lines · live").waitFor();
    await page.evaluate(`globalThis.longest = 0;
      let before = performance.now();
      const look = (now) => { longest = Math.max(longest, now - before); before = now; requestAnimationFrame(look); };
      requestAnimationFrame(look);`);
    const began = performance.now();
    for (let part = 0; part < 20; part += 1) {
      const lines = Array.from(
        { length: 1_000 },
        (_, at) =>
          `\u001b[32m${part}\u001b[0m line ${part * 1_000 + at} of \u001b[1;34mmany\u001b[0m`,
      );
      service.store.write(id, lines);
    }
    await lastLine(page, "19 line 19999 of many");
    const took = performance.now() - began;
    const longest = await page.evaluate("longest");
    const pressed = performance.now();
    await page.getByRole("button", { name: "Wrap" }).click();
    await page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
    );
    const answered = performance.now() - pressed;
    process.stdout.write(
      `20,000 lines: shown in ${Math.round(took)} ms, longest frame ${Math.round(Number(longest))} ms, a click answered in ${Math.round(answered)} ms\n`,
    );
    expect(took).toBeLessThan(30_000);
    expect(longest).toBeLessThan(2_000);
    expect(answered).toBeLessThan(4_000);
  });

  it("follows its end until the reader scrolls up, and again when told to", async () => {
    const service = await openService();
    const id = await ordered(service);
    service.store.begin(id);
    service.store.write(
      id,
      Array.from({ length: 300 }, (_, at) => `line ${at}`),
    );
    const page = await visit(`${service.url}/#/builds/${id}`);
    const fromEnd = () =>
      page.getByRole("log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
    const again = page.getByRole("button", { name: "Follow the end" });
    await page.getByText("line 299").waitFor();
    await eventually(fromEnd).toBeLessThan(5);
    expect(await again.isVisible()).toBe(false);
    await page.getByRole("log").hover();
    await page.mouse.wheel(0, -2_000);
    await again.waitFor();
    const top = await page.getByRole("log").evaluate((log) => log.scrollTop);
    service.store.write(
      id,
      Array.from({ length: 300 }, (_, at) => `more ${at}`),
    );
    await page.getByText("600 lines · live").waitFor();
    expect(await page.getByRole("log").evaluate((log) => log.scrollTop)).toBe(top);
    await again.click();
    await eventually(fromEnd).toBeLessThan(5);
    service.store.write(id, ["the last one"]);
    await page.getByText("the last one", { exact: true }).waitFor();
    await eventually(fromEnd).toBeLessThan(5);
  });

  it("is only text, whatever a build writes", async () => {
    const service = await openService();
    const id = await ordered(service, "team/web", "1.0");
    service.store.begin(id);
    service.store.write(id, HOSTILE);
    service.store.change(id, { state: "failed", error: "<img src=x onerror=alert(1)> failed" });
    const page = await visit(`${service.url}/#/builds/${id}`);
    await page.getByText("<img src=x onerror=alert(1)> failed").waitFor();
    await page.getByText("8 lines", { exact: true }).waitFor();
    const lines = page.getByRole("log").locator(".line");
    expect(await lines.allTextContents()).toEqual([
      HOSTILE[0],
      HOSTILE[1],
      "click",
      "hidden ink",
      "right \\u202eto left\\u202c and back",
      "&lt;b&gt; stays as it is",
      `${"x".repeat(8_000)} … 1,992,000 more characters`,
      "last",
    ]);
    expect(await page.getByRole("log").locator("script, img, style, a").count()).toBe(0);
    expect(await page.title()).toBe("Failed · team/web:1.0 – Slipway");
    expect(await page.getByText("hidden ink").getAttribute("style")).toMatch(
      /^color: rgb\(1\d\d, /,
    );
  });

  it("goes on where the connection was lost, without a line twice", async () => {
    const service = await openService();
    const id = await ordered(service);
    service.store.begin(id);
    const page = await visit(`${service.url}/#/builds/${id}`, {
      provoked: ["ERR_INCOMPLETE_CHUNKED_ENCODING"],
    });
    const wanted: string[] = [];
    for (const round of [1, 2, 3]) {
      const lines = [`a${round}`, `b${round}`];
      wanted.push(...lines);
      service.store.write(id, lines);
      await page.getByText(`b${round}`).waitFor();
      service.breakConnections();
      await page.getByText(/lines · reconnecting/).waitFor();
    }
    service.store.write(id, ["end"]);
    service.store.change(id, { state: "cancelled" });
    await page.getByText("end", { exact: true }).waitFor();
    expect(await page.getByRole("log").locator(".line").allTextContents()).toEqual([
      ...wanted,
      "end",
    ]);
  });

  it("keeps the newest of a great many lines, and says so", async () => {
    const service = await openService();
    const id = await ordered(service);
    service.store.begin(id);
    for (let part = 0; part < 45; part += 1) {
      service.store.write(
        id,
        Array.from({ length: 1_000 }, (_, at) => `line ${part * 1_000 + at}`),
      );
    }
    const page = await visit(`${service.url}/#/builds/${id}`);
    await lastLine(page, "line 44999");
    await eventually(() => page.locator(".log-empty").textContent()).toBe(
      "Earlier lines are left out here; the download has them all.",
    );
    expect(await page.locator(".line").count()).toBeLessThanOrEqual(40_000);
  });

  it("is downloaded as a whole", async () => {
    const service = await openService();
    const id = await ordered(service);
    service.store.begin(id);
    service.store.write(id, ["one", "two"]);
    const page = await visit(`${service.url}/#/builds/${id}`);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    expect((await download).suggestedFilename()).toBe(`${id}.log`);
  });
});
