import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker } from "../../rehearsal/engine.ts";
import { openWholeService, type WholeService } from "../hostile/whole-service.ts";
import { complaintsOfAxe, eventually, program, useBrowser, visit } from "./browser.ts";

const SLOW = [
  "FROM python:3.12-slim",
  "RUN for i in 1 2 3 4; do printf '\\033[32mstep %s\\033[0m\\n' $i; sleep 0.5; done",
  'CMD ["echo", "from the page"]',
].join("\n");

describe.skipIf(program === undefined)("a build that is really built", () => {
  let service: WholeService;
  useBrowser();
  beforeAll(async () => {
    service = await openWholeService({});
  });
  afterAll(async () => {
    await service.close();
    await service.remove();
  });

  /** Orders by the form and waits until the build is open. */
  async function order(dockerfile: string, name: string) {
    const page = await visit(service.address);
    await page.getByLabel("Dockerfile", { exact: true }).fill(dockerfile);
    await page.getByLabel("Image name").fill(name);
    await page.getByLabel("Tag", { exact: true }).fill("1");
    await page.getByRole("button", { name: "Build image" }).click();
    await page.getByRole("heading", { name: `${name}:1` }).waitFor();
    const status = () => page.locator(".status .word").textContent();
    return { page, status, log: page.getByRole("log") };
  }

  it("is watched, fails at its push, and is pushed again without a build", async () => {
    await service.registry.stop();
    const { page, status, log } = await order(SLOW, "web");
    await log.getByText("step 1", { exact: true }).waitFor();
    expect(await status()).toBe("Building");
    await log.getByText("step 4", { exact: true }).waitFor();
    expect(await log.getByText("step 4", { exact: true }).getAttribute("style")).toMatch(/^color/);
    await eventually(status).toBe("Push failed");
    expect(await complaintsOfAxe(page)).toEqual([]);
    await service.registry.start();
    await page.getByRole("button", { name: "Retry the push" }).click();
    await eventually(status).toBe("Succeeded");
    const built = await log.getByText(/RUN for i in/).count();
    expect(built).toBe(1);
    const digest = await service.digestOf("1", "web");
    await page.getByText(`docker pull localhost:${service.registryPort}/web@${digest}`).waitFor();
    const image = `localhost:${service.registryPort}/web@${digest}`;
    await docker.pull(image).then((stream) => followed(stream));
    const { Config } = await docker.getImage(image).inspect();
    await docker.getImage(image).remove({ force: true });
    expect(Config.Cmd).toEqual(["echo", "from the page"]);
  });

  it("fails with the words of its step", async () => {
    const { page, status } = await order("FROM python:3.12-slim\nRUN echo so; exit 3", "fails");
    await eventually(status).toBe("Failed");
    await page
      .getByText(/exit code:? 3/)
      .first()
      .waitFor();
  });

  it("is cancelled, and nothing of it runs on", async () => {
    const { page, status, log } = await order(
      "FROM python:3.12-slim\nRUN echo asleep; sleep 500",
      "cancelled",
    );
    await log.getByText("asleep", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await eventually(status).toBe("Cancelled");
  });
});

function followed(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) =>
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
  );
}
