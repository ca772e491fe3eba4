import { createHash } from "node:crypto";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  complaintsOfAxe,
  eventually,
  focused,
  isTooWide,
  program,
  useBrowser,
  visit,
} from "./browser.ts";
import { DIGEST, openService, ordered, type Service } from "./service.ts";

const ESC = "\u001b[";

/** Builds in every state; the ids of those that are looked at. */
async function populate(service: Service) {
  const { store } = service;
  const ids: Record<string, string> = {};
  for (const state of ["queued", "pushing", "succeeded", "failed", "building"] as const) {
    const id = await ordered(
      service,
      `team/a-name-that-goes-on-and-on-and-on/${state}`,
      "a-tag-too",
    );
    ids[state] = id;
    if (state === "queued") continue;
    store.begin(id);
    const colours = [...Array(16).keys()].map(
      (code) => `${ESC}38;5;${code}m ${code} ${ESC}48;5;${15 - code}m on ${ESC}0m`,
    );
    store.write(id, ["#1 RUN make"], "step");
    store.write(id, [
      colours.join(""),
      `${ESC}2mfaint${ESC}0m ${ESC}7minverse${ESC}0m`,
      "y".repeat(500),
    ]);
    store.write(id, ["a warning"], "err");
    if (state === "succeeded") store.change(id, { state, step: "push", digest: DIGEST });
    else if (state !== "building")
      store.change(id, {
        state,
        ...(state === "failed" && { error: "RUN make: ended with exit code 2" }),
      });
  }
  const failed = ids.failed ?? "";
  store.change(failed, { state: "queued" });
  store.begin(failed);
  store.change(failed, { state: "failed", error: "RUN make: ended with exit code 2" });
  return ids;
}

/** Each view of the page, and how a reader gets there. */
const VIEWS: readonly (readonly [
  view: string,
  open: (page: Page, url: string, ids: Record<string, string>) => Promise<unknown>,
])[] = [
  ["the list", async (page, url) => page.goto(`${url}/#/`)],
  ...["queued", "building", "pushing", "succeeded", "failed"].map(
    (state) =>
      [
        `a ${state} build`,
        async (page: Page, url: string, ids: Record<string, string>) => {
          await page.goto(`${url}/#/builds/${ids[state]}`);
          await page.locator(".status .word").waitFor();
          if (state !== "queued") await page.locator(".line.err").waitFor();
        },
      ] as const,
  ),
  [
    "the form with errors",
    async (page, url) => {
      await page.goto(`${url}/#/new`);
      await page.getByText("Options").click();
      await page.getByLabel("Build arguments").fill("none");
      await page.getByRole("button", { name: "Build image" }).click();
      await page.getByText("The image needs a name.").waitFor();
    },
  ],
];

describe.skipIf(program === undefined)("the page", () => {
  useBrowser();

  for (const colours of ["light", "dark"] as const) {
    for (const width of [360, 1280]) {
      it(`has no fault for axe and fits, ${colours}, ${width} pixels wide`, async () => {
        const service = await openService();
        const empty = await visit(service.url, { width, colours });
        await empty.getByText("No builds yet").waitFor();
        const faults = [...(await complaintsOfAxe(empty))];
        expect(await isTooWide(empty)).toBe(false);
        const ids = await populate(service);
        for (const [view, open] of VIEWS) {
          const page = await visit(service.url, { width, colours });
          await open(page, service.url, ids);
          faults.push(...(await complaintsOfAxe(page)).map((fault) => `${view}: ${fault}`));
          expect([view, await isTooWide(page)]).toEqual([view, false]);
          await page.close();
        }
        expect(faults).toEqual([]);
      });
    }
  }

  it("asks for a token without a fault for axe, and fits", async () => {
    const token = "a-token-of-tests";
    const tokenHash = createHash("sha256").update(token).digest("hex");
    const service = await openService({ clients: [{ name: "ci", tokenHash, isAdmin: false }] });
    for (const colours of ["light", "dark"] as const) {
      const page = await visit(service.url, { width: 360, colours, provoked: [401] });
      const field = page.getByRole("textbox", { name: "Token" });
      await field.fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByText("This token is not known here.").waitFor();
      expect([await complaintsOfAxe(page), await isTooWide(page)]).toEqual([[], false]);
      await field.fill(token);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Forget token" }).waitFor();
      await page.getByText("No builds yet").waitFor();
      expect([await complaintsOfAxe(page), await isTooWide(page)]).toEqual([[], false]);
    }
  });

  it("is used with the keyboard alone", async () => {
    const service = await openService();
    const page = await visit(service.url);
    await page.getByText("No builds yet").waitFor();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press("Tab");
    expect(await focused(page)).toBe("a#skip");
    await press("Enter");
    expect(await focused(page)).toBe("h2#builds-title");
    await press("Shift+Tab");
    expect(await focused(page)).toBe("a New build");
    await press("Enter");
    await eventually(() => focused(page)).toBe("h2#order-title");
    await press("Tab");
    expect(await focused(page)).toBe("input#file");
    await press("Tab");
    expect(await focused(page)).toBe("textarea#dockerfile");
    await page.keyboard.insertText("FROM scratch\n");
    await press("Tab");
    await page.keyboard.type("team/web");
    await press("Tab");
    await page.keyboard.type("1.0");
    await press("Enter");
    await page.getByRole("heading", { name: "localhost:5055/team/web:1.0" }).waitFor();
    await eventually(() => focused(page)).toBe("h2 localhost:5055/team/web:1.0");
    await page.getByRole("button", { name: "Cancel" }).waitFor();
    await press("Tab");
    expect(await focused(page)).toBe("button Cancel");
    await press("Enter");
    await page.getByRole("button", { name: "Retry" }).waitFor();
    await eventually(() => focused(page)).toBe("button Retry");
    await press("Tab", "Tab", "Tab");
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("log");
    await press("Escape");
    await eventually(() => page.evaluate("location.hash")).toBe("#/");
    await eventually(() => page.evaluate("document.activeElement.className")).toBe("row");
    await press("Enter");
    await page.getByRole("button", { name: "Retry" }).waitFor();
  });

  it("turns nothing for who wants less motion", async () => {
    const service = await openService();
    const id = await ordered(service);
    service.store.begin(id);
    const page = await visit(service.url);
    await page.locator(".row .icon-running").waitFor();
    const animation = () =>
      page.evaluate("getComputedStyle(document.querySelector('.row .icon-running')).animationName");
    expect(await animation()).toBe("turn");
    await page.emulateMedia({ reducedMotion: "reduce" });
    expect(await animation()).toBe("none");
  });
});
