import { describe, expect, it } from "vitest";
import { eventually, program, useBrowser, visit } from "./browser.ts";
import { DIGEST, openService, ordered } from "./service.ts";

describe.skipIf(program === undefined)("a build", () => {
  useBrowser();

  it("is watched as it fails, is retried and succeeds", async () => {
    const service = await openService();
    const { store } = service;
    const id = await ordered(service);
    const page = await visit(`${service.url}/#/builds/${id}`);
    const log = page.getByRole("log");
    const status = page.locator(".status .word");
    await page.getByText("Nothing has been written yet.").waitFor();

    store.begin(id);
    store.write(id, ["#1 FROM python:3.12-slim"], "step");
    store.write(id, ["\u001b[31mno such package\u001b[0m"], "err");
    await log.getByText("no such package").waitFor();
    await eventually(() => status.textContent()).toBe("Building");
    expect(await page.title()).toBe("Building · team/web:1.0 – Slipway");
    expect(await log.getByText("no such package").getAttribute("style")).toBe(
      "color: rgb(240, 113, 120);",
    );

    store.change(id, { state: "failed", error: "RUN pip install: ended with exit code 1" });
    await page.getByText("RUN pip install: ended with exit code 1").waitFor();
    expect(await page.title()).toBe("Failed · team/web:1.0 – Slipway");
    await page.getByText("2 lines", { exact: true }).waitFor();

    await page.getByRole("button", { name: "Retry" }).click();
    await eventually(() => status.textContent()).toBe("Queued");
    store.begin(id);
    store.write(id, ["done"]);
    await log.getByText("done").waitFor();
    store.change(id, { state: "pushing", step: "push" });
    await eventually(() => status.textContent()).toBe("Pushing");
    store.change(id, { state: "succeeded", digest: DIGEST });
    await page.getByText(DIGEST, { exact: true }).waitFor();
    await page.getByText(`docker pull localhost:5055/team/web@${DIGEST}`).waitFor();
    expect(await page.title()).toBe("Succeeded · team/web:1.0 – Slipway");
    await eventually(() => page.locator(".attempts li").allInnerTexts()).toEqual([
      expect.stringMatching(/^Attempt 1\s+Failed\s+0\.\d s\s+worker-1\s+RUN pip install: ended/),
      expect.stringMatching(/^Attempt 2\s+Succeeded\s+0\.\d s\s+worker-1$/),
    ]);
    expect(await log.locator(".line, .divider").allTextContents()).toEqual([
      "Attempt 1",
      "#1 FROM python:3.12-slim",
      "no such package",
      "Attempt 2",
      "done",
    ]);
    await eventually(() => page.getByRole("button", { name: /^(?:Retry|Cancel)/ }).count()).toBe(0);
  });

  it("is cancelled, at once while it waits and with patience while it runs", async () => {
    const service = await openService();
    const id = await ordered(service);
    const page = await visit(`${service.url}/#/builds/${id}`);
    const status = page.locator(".status .word");
    await page.getByRole("button", { name: "Cancel" }).click();
    await eventually(() => status.textContent()).toBe("Cancelled");
    await page.getByRole("button", { name: "Retry" }).click();
    await eventually(() => status.textContent()).toBe("Queued");
    service.store.begin(id);
    await eventually(() => status.textContent()).toBe("Building");
    await page.getByRole("button", { name: "Cancel" }).click();
    await eventually(() => status.textContent()).toBe("Cancelling");
    await eventually(() => page.getByRole("button", { name: "Cancel" }).count()).toBe(0);
    service.store.change(id, { state: "cancelled" });
    await eventually(() => status.textContent()).toBe("Cancelled");
  });

  it("whose push failed is pushed again", async () => {
    const service = await openService();
    const id = await ordered(service);
    service.store.begin(id);
    service.store.change(id, { state: "failed", step: "push", error: "registry: away" });
    const page = await visit(`${service.url}/#/builds/${id}`);
    await eventually(() => page.locator(".status .word").textContent()).toBe("Push failed");
    await page.getByRole("button", { name: "Retry the push" }).click();
    await eventually(() => page.locator(".status .word").textContent()).toBe("Push queued");
  });

  it("is told of where it cannot be retried any more", async () => {
    const service = await openService();
    const id = await ordered(service);
    service.store.begin(id);
    service.store.change(id, { state: "failed", error: "no" });
    const page = await visit(`${service.url}/#/builds/${id}`, { provoked: [409] });
    const button = page.getByRole("button", { name: "Retry" });
    await button.waitFor();
    await page.route("**/retry", (route) =>
      route.fulfill({
        status: 409,
        json: { title: "Conflict", detail: "state: it has succeeded" },
      }),
    );
    await button.click();
    await page.getByText("state: it has succeeded").waitFor();
  });

  it("that is not there is said so", async () => {
    const service = await openService();
    const nowhere = "00000000-0000-4000-8000-000000000000";
    const page = await visit(`${service.url}/#/builds/${nowhere}`, { provoked: [404] });
    await page.getByRole("heading", { name: "No such build" }).waitFor();
    await page
      .getByRole("alert")
      .getByText("build: there is none with this id; see the list of builds")
      .waitFor();
    expect(await page.title()).toBe("No such build – Slipway");
  });

  it("has a digest and a command that are copied", async () => {
    const service = await openService();
    const id = await ordered(service);
    service.store.begin(id);
    service.store.change(id, { state: "succeeded", step: "push", digest: DIGEST });
    const page = await visit(`${service.url}/#/builds/${id}`);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const clipboard = () => page.evaluate("navigator.clipboard.readText()");
    await page.getByRole("button", { name: "Copy the digest" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await clipboard()).toBe(DIGEST);
    expect(await page.locator("#announcer").textContent()).toBe("Copied the digest");
    await page.getByRole("button", { name: "Copy the command" }).click();
    await eventually(clipboard).toBe(`docker pull localhost:5055/team/web@${DIGEST}`);
  });
});
