import { describe, it } from "vitest";
import { eventually, program, useBrowser, visit } from "./browser.ts";
import { openService } from "./service.ts";

describe.skipIf(program === undefined)("a page that does not come through whole", () => {
  useBrowser();

  it.each(["look.js", "log.css"])("is loaded again: %s", async (file) => {
    const service = await openService();
    const page = await visit("about:blank", { origin: service.url, provoked: ["net::ERR_FAILED"] });
    let left = 2;
    await page.route(`**/page/${file}`, (route) => {
      left -= 1;
      return left >= 0 ? route.abort() : route.continue();
    });
    await page.goto(service.url);
    await eventually(() => page.locator("#connection").textContent()).toBe("Live");
    await eventually(() => left).toBeLessThan(0);
    await eventually(() => page.evaluate("sessionStorage.length")).toBe(0);
  });

  it("says so in the end", async () => {
    const service = await openService();
    const page = await visit("about:blank", {
      origin: service.url,
      provoked: ["net::ERR_FAILED", "Failed to fetch dynamically imported module"],
    });
    await page.route("**/page/look.js", (route) => route.abort());
    await page.goto(service.url);
    await page.getByText("Not loaded whole; reload the page").waitFor();
  });
});
