import { describe, expect, it, vi } from "vitest";
import { driftOf } from "../../delivery/read-drift.ts";
import { fakeProject } from "./fake-pulumi.ts";

vi.setConfig({ testTimeout: 60_000 });

const urnOf = (type: string) => `urn:pulumi:production::slipway::${type}::web`;
const type = "gcp:cloudrunv2/service:Service";

/** A step of one resource, as a refresh that changes nothing prints it. */
const step = (op: string, more: object = {}) => ({
  op,
  urn: urnOf(type),
  oldState: { type, custom: true },
  ...more,
});
const printed = (steps: object[], changeSummary: object) =>
  JSON.stringify({ steps, changeSummary });

const component = { urn: urnOf("x:y:Z"), oldState: { type: "x:y:Z", custom: false } };
const provider = { urn: urnOf("p"), oldState: { type: "pulumi:providers:gcp", custom: true } };

describe("drift", () => {
  it.each<[what: string, steps: object[], summary: object, drift: object]>([
    ["nothing", [step("refresh")], { same: 1 }, { compared: 1, drifted: [] }],
    [
      "no component and no provider",
      [step("refresh"), step("refresh", component), step("refresh", provider)],
      { same: 3 },
      { compared: 1, drifted: [] },
    ],
    [
      "the properties that differ, without their values",
      [
        step("update", {
          detailedDiff: { "template.scaling": { kind: "update" }, ingress: { kind: "add" } },
          diffReasons: ["template"],
          newState: { type, outputs: { ingress: "canary" } },
        }),
      ],
      { update: 1 },
      { compared: 1, drifted: [{ urn: urnOf(type), what: "has other ingress, template.scaling" }] },
    ],
    [
      "what is coarse where nothing finer is known",
      [step("update", { diffReasons: ["template"] })],
      { update: 1 },
      { compared: 1, drifted: [{ urn: urnOf(type), what: "has other template" }] },
    ],
    [
      "what is gone",
      [step("delete")],
      { delete: 1 },
      { compared: 1, drifted: [{ urn: urnOf(type), what: "is gone" }] },
    ],
    [
      "what is counted and not described",
      [step("refresh"), step("delete")],
      { same: 0, update: 2, delete: 1 },
      {
        compared: 2,
        drifted: [
          { urn: urnOf(type), what: "is gone" },
          { urn: "beside these", what: "2 undescribed" },
        ],
      },
    ],
  ])("is %s", (_what, steps, summary, drift) => {
    expect(driftOf(printed(steps, summary))).toEqual(drift);
  });

  it("asks without changing anything, and says in a line that there is none", async () => {
    const project = fakeProject();
    project.change((world) => {
      world.plan = [step("refresh")];
    });
    const { code, stdout, stderr } = await project.run("drift", ["--stack", "production"]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "",
      stderr: "  stack production: no drift; the cloud has all 1 resources as the state has them\n",
    });
    expect(project.calls("refresh").map(({ args }) => args)).toEqual([
      ["refresh", "--preview-only", "--json", "--non-interactive", "--stack", "production"],
    ]);
  });

  it("names what drifted, and ends with 1", async () => {
    const project = fakeProject();
    project.change((world) => {
      world.plan = [step("delete")];
    });
    const { code, stderr } = await project.run("drift", ["--stack", "production"]);
    expect([code, stderr.split("\n")]).toEqual([
      1,
      [
        "  stack production: 1 of 1 resources have drifted:",
        `    ${urnOf(type)}: is gone`,
        "  see the values with pulumi refresh --preview-only --diff --stack production; then put the cloud right with npm run deliver -- pulumi up --refresh --stack production, or take the change into the program and the state (pulumi refresh)",
        "",
      ],
    ]);
  });

  it.each([
    [
      "cannot be asked",
      "error: Unauthenticated; log in\n",
      "  stack production: the cloud could not be compared: Unauthenticated; log in\n",
    ],
    [
      "holds nothing",
      undefined,
      "  stack production: has no resources to compare; deliver with npm run deliver -- pulumi up --stack production\n",
    ],
  ])("fails where the stack %s", async (_what, unplannable, words) => {
    const project = fakeProject();
    project.change((world) => {
      Object.assign(world, { unplannable });
    });
    const { code, stderr } = await project.run("drift", ["--stack", "production"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: words });
  });
});
