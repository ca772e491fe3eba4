import { afterEach, describe, expect, it, vi } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { leastServiceRead, problemsOf, serviceWith, setStackConfig } from "./stack-config.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a secure value", () => {
  it("is refused anywhere but under slipway:secrets, however deep it lies", () => {
    const values = {
      ...serviceWith({ env: { TOKEN: "hunter2" } }),
      engine: { host: "tcp://hunter2:2375" },
    };
    const wrongPlace =
      "holds a secure value, which would land in state in clear; put it under slipway:secrets and refer to it as {secret: NAME}";
    expect(problemsOf(values, ["services", "engine"])).toEqual([
      `slipway:services: ${wrongPlace}`,
      `slipway:engine: ${wrongPlace}`,
    ]);
  });

  it("of another program is none of ours", () => {
    setStackConfig(serviceWith({}));
    vi.stubEnv("PULUMI_CONFIG_SECRET_KEYS", '["aws:secretKey"]');
    expect(readConfig().services).toEqual({ web: leastServiceRead });
  });

  const malformed: [title: string, values: Record<string, unknown>, secure: string[]][] = [
    ["where the secrets are no map", { ...serviceWith({}), secrets: "hunter2" }, ["secrets"]],
    ["where a secret is no text", { ...serviceWith({}), secrets: { pin: 733_421 } }, ["secrets"]],
    [
      "where it stands in place of a number",
      serviceWith({ target: { kind: "docker", port: "hunter2" } }),
      ["services"],
    ],
    [
      "where it stands in place of a path",
      serviceWith({ source: { context: "/hunter2" } }),
      ["services"],
    ],
    [
      "where it stands in place of a release",
      { ...serviceWith({}), release: "hunter2" },
      ["release"],
    ],
  ];

  it.each(malformed)("is never shown in a problem, %s", (_title, values, secure) => {
    const problems = problemsOf(values, secure);
    expect(problems).not.toEqual([]);
    expect(problems.join("\n")).not.toMatch(/hunter2|733421/);
  });

  it.each(["constructor", "toString"])("called %s is unknown unless it was set", (name) => {
    expect(problemsOf(serviceWith({ env: { A: { secret: name } } }))).toEqual([
      `slipway:services.web.env.A: there is no secret "${name}"; set it with pulumi config set --secret --path slipway:secrets.${name}`,
    ]);
  });
});
