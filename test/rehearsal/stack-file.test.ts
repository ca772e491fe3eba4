import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { writeStackFile } from "../../rehearsal/stack-file.ts";
import type { Purpose, Workplace } from "../../rehearsal/workplace.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-stack-file-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A workplace for a stack whose file says this of its one service, and of its secrets. */
function placed(service: object, secrets?: object, purpose: Purpose = "rehearse") {
  const file = join(folder, "given.yaml");
  const config = { "slipway:services": { web: service }, "slipway:secrets": secrets };
  writeFileSync(file, stringify({ config }));
  const place = {
    stack: "shop",
    purpose,
    folder,
    backend: join(folder, "state"),
    stackFile: join(folder, "Pulumi.shop.yaml"),
  } as Workplace;
  return { place, changes: { file } };
}

function written(): { "slipway:services": Record<string, Record<string, unknown>> } {
  return parse(readFileSync(join(folder, "Pulumi.shop.yaml"), "utf8")).config;
}

it.each([
  ["a service", null],
  ["a target", { target: "docker" }],
])("%s that is no map is left to the program", async (_what, service) => {
  const { place, changes } = placed(service as object);
  await writeStackFile(place, changes);
  expect(written()["slipway:services"].web).toEqual(service);
});

describe("the data of a service", () => {
  it("is in a volume of the rehearsal's own, the same one every time, which goes with it", async () => {
    const { place, changes } = placed({ data: { path: "/data", volume: "precious" } });
    await writeStackFile(place, changes);
    const first = written()["slipway:services"].web?.data;
    expect(first).toEqual({
      path: "/data",
      volume: expect.stringMatching(/^slipway-rehearsal-shop-web-[0-9a-f]{8}$/),
      keep: false,
    });
    await writeStackFile(place, changes);
    expect(written()["slipway:services"].web?.data).toEqual(first);
  });

  it("is left as it stands in the delivery, and where it is no map", async () => {
    const data = { path: "/data", volume: "precious" };
    const delivery = placed({ data }, undefined, "start");
    await writeStackFile(delivery.place, delivery.changes);
    expect(written()["slipway:services"].web).toEqual({ data });
    const wrong = placed({ data: "/data" });
    await writeStackFile(wrong.place, wrong.changes);
    expect(written()["slipway:services"].web).toEqual({ data: "/data" });
  });
});

describe("a DATABASE_URL", () => {
  const url = "postgresql://10.0.0.2:5432/web";
  const bring = vi.fn(async () => ({ web: url }));
  afterEach(() => bring.mockClear());

  it("that is a secret of the stack is that of a database which the rehearsal brings", async () => {
    const { place, changes } = placed(
      { env: { DATABASE_URL: { secret: "database" }, KEY: { secret: "key" } } },
      { database: { secure: "v1:x" }, key: { secure: "v1:y" } },
    );
    const { config, placeholders, databases } = await writeStackFile(place, changes, bring);
    expect(bring.mock.calls).toEqual([[["web"]]]);
    expect(config["slipway:secrets"]).toEqual({
      database: url,
      key: "placeholder for slipway:secrets.key",
    });
    expect({ placeholders, databases }).toEqual({
      placeholders: ["slipway:secrets.key"],
      databases: { web: url },
    });
    expect(readFileSync(place.stackFile, "utf8")).not.toContain(url);
  });

  it("that a cloud holds is brought too, and leaves the stack's own secrets alone", async () => {
    const { place, changes } = placed(
      { env: { DATABASE_URL: { ref: "database:1" } } },
      { key: { secure: "v1:y" } },
    );
    const { placeholders, databases } = await writeStackFile(place, changes, bring);
    expect({ placeholders, databases }).toEqual({
      placeholders: ["slipway:secrets.key"],
      databases: { web: url },
    });
  });

  it("is the same database for all services that have it from the same secret", async () => {
    const { place, changes } = placed({}, { database: { secure: "v1:x" } });
    const shared = { env: { DATABASE_URL: { secret: "database" } } };
    const own = { env: { DATABASE_URL: { ref: "a:1" } } };
    const file = parse(readFileSync(changes.file, "utf8"));
    file.config["slipway:services"] = { web: shared, worker: shared, own };
    writeFileSync(changes.file, stringify(file));
    const both = vi.fn(async () => ({ web: url, own: `${url}2` }));
    const { config, databases } = await writeStackFile(place, changes, both);
    expect(both.mock.calls).toEqual([[["web", "own"]]]);
    expect(databases).toEqual({ web: url, worker: url, own: `${url}2` });
    expect(config["slipway:secrets"]).toEqual({ database: url });
  });

  it.each([
    ["stands in clear", { DATABASE_URL: "postgresql://db/web" }],
    ["is not there", {}],
    ["is not a variable's value", { DATABASE_URL: { other: 1 } }],
  ])("that %s brings none", async (_title, env) => {
    const { place, changes } = placed({ env });
    expect(await writeStackFile(place, changes, bring)).toMatchObject({ databases: {} });
    expect(bring).not.toHaveBeenCalled();
  });

  it("is a placeholder where no database is to be brought", async () => {
    const { place, changes } = placed(
      { env: { DATABASE_URL: { secret: "database" } } },
      { database: { secure: "v1:x" } },
    );
    expect(await writeStackFile(place, changes)).toMatchObject({
      placeholders: ["slipway:secrets.database"],
      databases: {},
    });
  });
});
