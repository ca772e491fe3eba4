import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { docker } from "../app/app-image.ts";
import { type Checkout, copyCheckout } from "../rehearsal/checkout.ts";

// `npm run dast` on an app and a builder with a fault, in a copy of this tree; on those that are there it is a suite of `npm test`.

let checkout: Checkout;

beforeAll(() => {
  checkout = copyCheckout();
});

afterAll(() => checkout?.remove());

test("an app that does not answer as described fails, and leaves neither container nor image", async () => {
  const before = await left();
  checkout.edit("app/src/main.py", (text) =>
    text.replace('"lastcommitsha": commit,', '"lastcommitsha": None,'),
  );
  const { status, stdout, stderr } = spawnSync("node", ["checks/dast.ts", "app"], {
    cwd: checkout.folder,
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: expect.stringContaining("Response violates schema"),
    stderr: expect.stringContaining("dast: the app does not answer as app/openapi.yaml says"),
  });
  expect(await left()).toEqual(before);
});

test("a builder that does not answer as described fails, and says what went wrong in it", () => {
  checkout.edit("builder/http/present.ts", (text) =>
    text.replace("number: it.number,", "number: -it.number,"),
  );
  const { status, stdout, stderr } = spawnSync("node", ["checks/dast.ts", "builder"], {
    cwd: checkout.folder,
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: expect.stringContaining("Server error"),
    stderr: expect.stringMatching(
      /dast: the builder does not answer as its \/openapi.json says; mend either. It logged:\n.*doesn't match the schema/s,
    ),
  });
});

/** The containers and images of such runs that the engine holds. */
async function left(): Promise<string[]> {
  const [containers, images] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listImages(),
  ]);
  return [
    ...containers.flatMap(({ Names }) => Names),
    ...images.flatMap((one) => one.RepoTags ?? []),
  ]
    .filter((name) => name.includes("slipway-dast-"))
    .sort();
}
