import { RunError } from "@pulumi/pulumi/errors.js";
import { describe, expect, it } from "vitest";
import type { RegistryOf } from "../../../infra/config/registries.ts";
import { openEcr } from "../../../infra/registries/ecr.ts";
import { listen } from "../fake-registry.ts";
import type { Demand } from "../registry-gate.ts";
import { registryContract } from "./contract.ts";
import { dockerConfig, isSecret, noAccess, shown, written } from "./logins.ts";
import { mockClouds } from "./mock-clouds.ts";
import { backDoor, outsideRegistry, playOutside } from "./outside.ts";

const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const ecr: RegistryOf<"ecr"> = { kind: "ecr", account: "123456789012", region: "eu-west-1" };
const getToken = "aws:ecr/getAuthorizationToken:getAuthorizationToken";
const answer = { [getToken]: { userName: "AWS", password: "t0ken" } };
const demand: Demand = {
  username: "AWS",
  password: "t0ken",
  scheme: "basic",
  realm: `https://${host}/`,
  service: "ecr.amazonaws.com",
};

const stored = () => ({
  ...noAccess,
  logins: {
    ...noAccess.logins,
    dockerConfig: dockerConfig({ auths: { [host]: written("AWS", "t0ken") } }),
  },
});

describe("ECR", () => {
  registryContract(async () => {
    const fake = await outsideRegistry(demand);
    return {
      registry: await openEcr("web", ecr, stored()),
      repository: `${host}/web`,
      ...backDoor(fake, "web"),
    };
  });

  it("calls the repository otherwise than the service where one is named", async () => {
    const { repository } = await openEcr("web", { ...ecr, repository: "team/shop" }, stored());
    expect(repository).toBe(`${host}/team/shop`);
  });

  it("is shown the login with every request once it has asked for it", async () => {
    const fake = await outsideRegistry(demand);
    const { digestOf } = await openEcr("web", ecr, stored());
    await digestOf("main");
    await digestOf("next");
    expect(fake.requests).toEqual([
      "HEAD /v2/web/manifests/main 401",
      "HEAD /v2/web/manifests/main",
      "GET /v2/web/manifests/main",
      "HEAD /v2/web/manifests/next",
      "GET /v2/web/manifests/next",
    ]);
  });

  it("refuses a login that has expired", async () => {
    await outsideRegistry({ ...demand, password: "another" });
    const { digestOf } = await openEcr("web", ecr, stored());
    await expect(digestOf("main")).rejects.toThrow(
      new RunError(
        `registry https://${host}: answered 401 when asked to look up web:main; see that the account 123456789012 may be used in eu-west-1 and this identity may use web`,
      ),
    );
  });

  it("misses a repository before anything is built", async () => {
    const errors = [{ code: "NAME_UNKNOWN", message: "The repository with name 'web' …" }];
    const { port } = await listen((request, response) => {
      response.writeHead(404).end(request.method === "HEAD" ? "" : JSON.stringify({ errors }));
    });
    playOutside(port);
    const { digestOf } = await openEcr("web", ecr, stored());
    await expect(digestOf("main")).rejects.toThrow(
      new RunError(
        `registry https://${host}: has no repository for web; let the stack of ground make web in eu-west-1, or name another with registry.repository`,
      ),
    );
  });
});

describe("the login at ECR", () => {
  it("of a program is a token of the provider, as a secret", async () => {
    const { providers, invokes } = await mockClouds(answer);
    const { credentials } = await openEcr("web", ecr, { ...noAccess, providers });
    expect(credentials?.server).toBe(host);
    expect(await shown(credentials)).toBe("AWS:t0ken");
    expect(await isSecret(credentials?.password)).toBe(true);
    expect(invokes).toEqual([
      [getToken, { registryId: "123456789012" }, "aws-123456789012-eu-west-1"],
    ]);
  });

  it("is Docker's outside of a program", async () => {
    const { credentials } = await openEcr("web", ecr, stored());
    expect(await shown(credentials)).toBe("AWS:t0ken");
  });

  it("is missed with the command that makes one", async () => {
    await expect(openEcr("web", ecr, noAccess)).rejects.toThrow(
      new RunError(
        `${host}: Docker is not logged in there; run aws ecr get-login-password --region eu-west-1 | docker login --username AWS --password-stdin ${host}, on GitHub aws-actions/amazon-ecr-login, or let Docker's config.json name the helper ecr-login in credHelpers`,
      ),
    );
  });
});
