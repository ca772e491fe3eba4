import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { eventually, focused, program, useBrowser, visit } from "./browser.ts";
import { openService } from "./service.ts";
import { filesIn, tarOf } from "./tar.ts";

const DOCKERFILE = "FROM python:3.12-slim\nRUN echo hello\n";

/** Drops a file on the page, as a hand would. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  await page.evaluate(`(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)}));
    for (const kind of ["dragenter", "dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
    }
  })()`);
}

describe.skipIf(program === undefined)("a new build", () => {
  useBrowser();

  it("is ordered with a Dockerfile that is chosen, and opens", async () => {
    const service = await openService();
    const page = await visit(service.url);
    await page.getByText("No builds yet").waitFor();
    const buffer = Buffer.from(DOCKERFILE);
    await page
      .getByLabel("Choose a file")
      .setInputFiles({ name: "web.Dockerfile", mimeType: "", buffer });
    await eventually(() => page.getByLabel("Dockerfile", { exact: true }).inputValue()).toBe(
      DOCKERFILE,
    );
    await page.getByLabel("Image name").fill("team/web");
    await page.getByLabel("Tag", { exact: true }).fill("1.0");
    await page.getByText("Options").click();
    await page.getByLabel("Target stage").fill("runtime");
    await page.getByLabel("Platform").fill("linux/arm64");
    await page.getByLabel("Build arguments").fill("VERSION=7\nCHANNEL=beta = 1");
    await page.getByRole("button", { name: "Build image" }).click();
    await page.getByRole("heading", { name: "localhost:5055/team/web:1.0" }).waitFor();
    const [order, ...others] = service.store.ordered;
    expect(others).toEqual([]);
    expect(order?.order).toEqual({
      imageName: "team/web",
      imageTag: "1.0",
      dockerfile: "Dockerfile",
      args: { VERSION: "7", CHANNEL: "beta = 1" },
      target: "runtime",
      platform: "linux/arm64",
    });
    expect(order?.idempotency?.key).toMatch(/^[0-9a-f]{32}$/);
    expect(await page.title()).toBe("Queued · team/web:1.0 – Slipway");
    await page
      .getByRole("link", { name: /localhost:5055\/team\/web:1\.0.*Queued · anybody/ })
      .waitFor();
  });

  it("is ordered with a Dockerfile that is dropped anywhere, also on another build", async () => {
    const service = await openService();
    const page = await visit(service.url);
    await drop(page, "Dockerfile", DOCKERFILE);
    await page.getByRole("heading", { name: "New build" }).waitFor();
    expect(new URL(page.url()).hash).toBe("#/new");
    await eventually(() => page.getByLabel("Dockerfile", { exact: true }).inputValue()).toBe(
      DOCKERFILE,
    );
    await page.getByLabel("Image name").fill("web");
    await page.getByLabel("Tag", { exact: true }).fill("2");
    await page.getByLabel("Tag", { exact: true }).press("Enter");
    await page.getByRole("heading", { name: "localhost:5055/web:2" }).waitFor();
    await drop(page, "Dockerfile", "FROM scratch\n");
    await page.getByRole("heading", { name: "New build" }).waitFor();
    await eventually(() => page.getByLabel("Dockerfile", { exact: true }).inputValue()).toBe(
      "FROM scratch\n",
    );
  });

  it("is ordered with a tar, and the path of its Dockerfile", async () => {
    const service = await openService();
    const page = await visit(`${service.url}/#/new`);
    const tar = await tarOf({ "docker/web": DOCKERFILE, "app.py": "print(1)\n" });
    await page
      .getByLabel("Choose a file")
      .setInputFiles({ name: "app.tar", mimeType: "", buffer: tar });
    await page.getByText("app.tar · 3.0 KiB").waitFor();
    await page.getByLabel("path within the tar").fill("docker/web");
    await page.getByLabel("Image name").fill("web");
    await page.getByLabel("Tag", { exact: true }).fill("2");
    await page.getByRole("button", { name: "Build image" }).click();
    await page.getByRole("heading", { name: "localhost:5055/web:2" }).waitFor();
    const [order] = service.store.ordered;
    expect(order?.order.dockerfile).toBe("docker/web");
    expect(await filesIn(order?.context.parts ?? [])).toEqual(["app.py", "docker/web"]);
  });

  it("tells what is missing beside its field, before anything is sent", async () => {
    const service = await openService();
    const page = await visit(`${service.url}/#/new`);
    await page.getByText("Options").click();
    await page.getByLabel("Build arguments").fill("VERSION");
    await page.getByRole("button", { name: "Build image" }).click();
    await eventually(() => page.locator(".wrong:visible").allTextContents()).toEqual([
      "Write, choose or drop one.",
      "The image needs a name.",
      "The image needs a tag.",
      "“VERSION” is not NAME=value.",
    ]);
    expect(service.store.ordered).toEqual([]);
  });

  it("tells what the service refuses beside its field, and takes it back once it is mended", async () => {
    const service = await openService();
    const page = await visit(`${service.url}/#/new`, { provoked: [400, 422] });
    await page.getByLabel("Dockerfile", { exact: true }).fill(DOCKERFILE);
    await page.getByLabel("Image name").fill("Team/Web");
    await page.getByLabel("Tag", { exact: true }).fill("1.0");
    await page.getByRole("button", { name: "Build image" }).click();
    const name = page.getByLabel("Image name");
    await eventually(() => name.getAttribute("aria-invalid")).toBe("true");
    await page.getByText("This is no image name; use lower-case letters").waitFor();
    expect(await focused(page)).toBe("input#image-name");
    await name.fill("team/web");
    expect(await name.getAttribute("aria-invalid")).toBe(null);
    await page.getByLabel("Dockerfile", { exact: true }).fill("RUN echo no beginning\n");
    await page.getByRole("button", { name: "Build image" }).click();
    await eventually(() => page.locator("#dockerfile-error").textContent()).toMatch(/FROM/);
    expect(service.store.ordered).toEqual([]);
  });

  it.each([
    ["no text", "picture.png", "\u0000PNG", "picture.png is neither a Dockerfile nor a tar."],
    [
      "too long",
      "dump.sql",
      "x".repeat(600_000),
      "dump.sql (586 KiB) is no tar and too long for a Dockerfile.",
    ],
  ])("does not take a file that is %s", async (_what, name, content, problem) => {
    const service = await openService();
    const page = await visit(service.url);
    await drop(page, name, content);
    await eventually(() => page.locator("#dockerfile-error").textContent()).toBe(problem);
    expect(await page.getByLabel("Dockerfile", { exact: true }).inputValue()).toBe("");
  });

  it("that could not be sent is sent again under the same key", async () => {
    const service = await openService();
    const page = await visit(`${service.url}/#/new`, { provoked: [503] });
    const keys: (string | null)[] = [];
    await page.route("**/v1/builds", async (route) => {
      keys.push((await route.request().headerValue("idempotency-key")) ?? null);
      return keys.length === 1 ? route.fulfill({ status: 503, body: "away" }) : route.continue();
    });
    await page.getByLabel("Dockerfile", { exact: true }).fill(DOCKERFILE);
    await page.getByLabel("Image name").fill("web");
    await page.getByLabel("Tag", { exact: true }).fill("2");
    await page.getByRole("button", { name: "Build image" }).click();
    await page.getByText("The service answered 503.").waitFor();
    await page.getByRole("button", { name: "Build image" }).click();
    await page.getByRole("heading", { name: "localhost:5055/web:2" }).waitFor();
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });
});
