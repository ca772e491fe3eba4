import { RunError } from "@pulumi/pulumi/errors.js";
import { describe, expect, it } from "vitest";
import { bearerToken } from "../../../infra/registries/bearer-token.ts";
import { RegistryFaults } from "../../../infra/registries/registry-faults.ts";
import { listen, unusedPort } from "../fake-registry.ts";

const faults = new RegistryFaults("https://gcr.io", "mend it so", { 429: "is busy; wait" });
const login = { username: "me", password: "s3cret" };

function ask(realm: string, origin = "http://gcr.io") {
  const challenge = { scheme: "bearer", realm, service: "gcr.io" } as const;
  return bearerToken(
    origin,
    challenge,
    ["repository:web:pull", "repository:api:pull"],
    login,
    faults,
  );
}

async function realmThatAnswers(status: number, body: string, asked: string[] = []) {
  const { port } = await listen(({ url, headers }, response) => {
    asked.push(`${url} ${headers.authorization}`);
    response.writeHead(status).end(body);
  });
  return `http://localhost:${port}/token?account=me`;
}

describe("a bearer token", () => {
  it.each(['{"token":"t"}', '{"access_token":"t"}', '{"token":"","access_token":"t"}'])(
    "is found in %s",
    async (body) => {
      const asked: string[] = [];
      expect(await ask(await realmThatAnswers(200, body, asked))).toBe("t");
      expect(asked).toEqual([
        `/token?account=me&service=gcr.io&scope=repository%3Aweb%3Apull&scope=repository%3Aapi%3Apull Basic ${btoa("me:s3cret")}`,
      ]);
    },
  );

  it.each([401, 403])("is not had without a login where that is answered by %i", async (status) => {
    const challenge = {
      scheme: "bearer",
      realm: await realmThatAnswers(status, ""),
      service: "",
    } as const;
    expect(await bearerToken("http://gcr.io", challenge, [], undefined, faults)).toBeUndefined();
  });

  it.each([
    [401, "", "refuses the login of me (401); log in again, or mend its password or token"],
    [403, "", "refuses the login of me (403); log in again, or mend its password or token"],
    [429, "", "is busy; wait"],
    [503, "", "answered 503 when asked to give a token; mend it so"],
    [200, "{}", /^localhost:\d+ gives no token; mend it so$/],
    [200, "<html>", /^localhost:\d+ gives no token; mend it so$/],
  ])("is missed where %i %j is answered", async (status, body, words) => {
    const { message } = await ask(await realmThatAnswers(status, body)).then(
      () => new Error("a token came"),
      (error: RunError) => error,
    );
    expect(message.replace(/^registry https:\/\/gcr\.io: /, "")).toMatch(words);
  });

  it("is missed where nobody answers", async () => {
    const port = await unusedPort();
    await expect(ask(`http://localhost:${port}/token`)).rejects.toThrow(
      `registry https://gcr.io: localhost:${port}, where it sends for tokens, does not answer (`,
    );
  });

  it.each([
    ["", "does not say where its tokens are had"],
    ["http://tokens.example.com", "sends for tokens to http://tokens.example.com, without TLS"],
  ])("is not asked for at %j, and the login stays secret", async (realm, what) => {
    await expect(ask(realm, "https://gcr.io")).rejects.toThrow(
      new RunError(`registry https://gcr.io: ${what}; mend it so`),
    );
  });
});
