import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { eventually, load, program, useBrowser, visit } from "./browser.ts";
import { openService, ordered } from "./service.ts";

const TOKEN = "a-token-of-tests";

const clients = [
  { name: "ci", tokenHash: createHash("sha256").update(TOKEN).digest("hex"), isAdmin: false },
];

describe.skipIf(program === undefined)("where tokens are wanted, the page", () => {
  useBrowser();

  it("asks for one, again where it is not known, and shows its client's builds", async () => {
    const service = await openService({ clients });
    const id = await ordered(service, "team/web", "1.0", "ci");
    await ordered(service, "team/other", "1.0", "somebody-else");
    service.store.begin(id);
    service.store.write(id, ["only for ci"]);
    const page = await visit(`${service.url}/#/builds/${id}`, { provoked: [401] });
    const dialog = page.getByRole("dialog", { name: "Your token" });
    await dialog.getByLabel("Token").fill("slw_wrong");
    await page.keyboard.press("Enter");
    await dialog.getByText("This token is not known here.").waitFor();
    await dialog.getByLabel("Token").fill(TOKEN);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await page.getByText("only for ci").waitFor();
    await eventually(() => page.locator(".row .reference").allTextContents()).toEqual([
      "localhost:5055/team/web:1.0",
    ]);
    await eventually(() => page.locator("#connection").textContent()).toBe("Live");
    expect(await dialog.isVisible()).toBe(false);

    await load(page);
    await page.getByText("only for ci").waitFor();
    expect(await page.evaluate("[localStorage.length, document.cookie]")).toEqual([0, ""]);
    await page.getByRole("button", { name: "Forget token" }).click();
    await dialog.waitFor();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
  });

  it("does without for who has none, and offers to ask again", async () => {
    const service = await openService({ clients });
    const page = await visit(service.url, { provoked: [401] });
    const dialog = page.getByRole("dialog", { name: "Your token" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("This builder shows its builds to those who have a token.").waitFor();
    expect(await page.locator("#connection").textContent()).toBe("Not connected");
    await page.getByLabel("Dockerfile", { exact: true }).fill("FROM scratch\n");
    await page.getByLabel("Image name").fill("web");
    await page.getByLabel("Tag", { exact: true }).fill("1");
    await page.getByRole("button", { name: "Build image" }).click();
    await dialog.getByRole("button", { name: "Not now" }).click();
    await page.getByText("Nothing was sent: building needs a token.").waitFor();
    await page.getByRole("button", { name: "Give a token" }).click();
    await dialog.waitFor();
  });
});
