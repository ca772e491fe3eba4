import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { eventually, program, useBrowser, visit } from "./browser.ts";
import { openService, ordered } from "./service.ts";

const shown = (page: Page) => page.locator(".row .reference").allTextContents();

const reference = (tag: number) => `localhost:5055/team/web:${tag}`;

describe.skipIf(program === undefined)("the list of builds", () => {
  useBrowser();

  it("moves with them", async () => {
    const service = await openService();
    const first = await ordered(service, "team/web", "1");
    const page = await visit(service.url);
    await eventually(() => shown(page)).toEqual([reference(1)]);
    await eventually(() => page.title()).toBe("1 running · Builds – Slipway");
    service.store.begin(first);
    await eventually(() => page.locator(".row .word").allTextContents()).toEqual(["Building"]);
    // Builds of the same millisecond have no order that a page could see.
    const now = Date.now();
    await eventually(() => Date.now()).toBeGreaterThan(now);
    await ordered(service, "team/web", "2");
    await eventually(() => shown(page)).toEqual([reference(2), reference(1)]);
    service.store.change(first, { state: "failed", error: "no" });
    await eventually(() => page.locator(".row .word").allTextContents()).toEqual([
      "Queued",
      "Failed",
    ]);
  });

  it("shows those of one state", async () => {
    const service = await openService();
    const failed = await ordered(service, "team/web", "1");
    await ordered(service, "team/web", "2");
    service.store.begin(failed);
    service.store.change(failed, { state: "failed", error: "no" });
    const page = await visit(service.url);
    await page.getByLabel("State").selectOption("Failed");
    await eventually(() => shown(page)).toEqual([reference(1)]);
    await page.getByLabel("State").selectOption("Cancelled");
    await page.getByText("No build is cancelled.").waitFor();
    expect(await shown(page)).toEqual([]);
    await page.getByLabel("State").selectOption("All states");
    await eventually(async () => (await shown(page)).length).toBe(2);
  });

  it("goes on to older ones", async () => {
    const service = await openService();
    for (let tag = 1; tag <= 120; tag += 1) await ordered(service, "team/web", String(tag));
    const page = await visit(service.url);
    const more = page.getByRole("button", { name: "Show older builds" });
    await eventually(async () => (await shown(page)).length).toBe(50);
    await more.click();
    await eventually(async () => (await shown(page)).length).toBe(100);
    await more.click();
    await eventually(async () => (await shown(page)).length).toBe(120);
    expect(await more.isVisible()).toBe(false);
  });

  it("stays quick while a thousand builds come in", async () => {
    const service = await openService();
    const page = await visit(service.url);
    await page.getByText("No builds yet").waitFor();
    for (let tag = 1; tag <= 1_000; tag += 1) await ordered(service, "team/web", String(tag));
    const began = performance.now();
    await eventually(async () => (await shown(page)).length).toBe(1_000);
    expect(performance.now() - began).toBeLessThan(10_000);
    await page.locator(".row").first().click();
    await page.getByRole("button", { name: "Cancel" }).waitFor();
  });

  it("says that it has lost the service, and catches up once that is back", async () => {
    const service = await openService();
    await ordered(service, "team/web", "1");
    const page = await visit(service.url, { provoked: [503, "ERR_INCOMPLETE_CHUNKED_ENCODING"] });
    const connection = page.locator("#connection");
    await eventually(() => connection.textContent()).toBe("Live");
    await page.route("**/v1/events", (route) => route.fulfill({ status: 503, body: "" }));
    service.breakConnections();
    await eventually(() => connection.textContent()).toBe("Reconnecting…");
    await ordered(service, "team/web", "2");
    await page.unroute("**/v1/events");
    await eventually(() => connection.textContent()).toBe("Live");
    await eventually(async () => (await shown(page)).toSorted()).toEqual([
      reference(1),
      reference(2),
    ]);
  });

  it("lets go of the service while nobody sees it, and catches up after", async () => {
    const service = await openService();
    const id = await ordered(service, "team/web", "1");
    const page = await visit(`${service.url}/#/builds/${id}`, { hasClock: true });
    const see = (isHidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} });
        document.dispatchEvent(new Event("visibilitychange"));`);
    await eventually(() => service.store.hearers).toBe(2);
    await see(true);
    await page.clock.fastForward(11_000);
    await eventually(() => service.store.hearers).toBe(0);
    service.store.begin(id);
    service.store.write(id, ["written meanwhile"]);
    await page.clock.fastForward(16_000);
    await eventually(() => page.title()).toBe(
      "Building · team/web:1.0 – Slipway".replace("1.0", "1"),
    );
    await see(false);
    await eventually(() => service.store.hearers).toBe(2);
    await page.clock.runFor(1_000);
    await page.getByText("written meanwhile").waitFor();
  });
});
