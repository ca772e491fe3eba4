import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { listen } from "../fake-registry.ts";
import { temporaryFolder } from "./logins.ts";

/** The account that a pipeline stands for. */
export const account = "slipway-deploy@acme-prod.iam.gserviceaccount.com";

/** The token that a pipeline's step has. */
export const subject = "eyJhbGciOi.made-up.t0ken";

/** What one of the services answers. */
export type Answer = readonly [status: number, body: object];
const exchanged: Answer = [200, { access_token: "ya29.federated", expires_in: 3_600 }];
const impersonated: Answer = [
  200,
  { accessToken: "ya29.impersonated", expireTime: "2126-01-01T00:00:00Z" },
];

/** Google's token service and its service for impersonation, and credentials of a pipeline that lead to them. */
export async function googleTokens({ sts = exchanged, iam = impersonated } = {}) {
  const requests: [url: string | undefined, authorization: string | undefined, asked: unknown][] =
    [];
  const { port } = await listen(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const isSts = request.url === "/v1/token";
    const asked = isSts ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
    requests.push([request.url, request.headers.authorization, asked]);
    const [status, answer] = isSts ? sts : iam;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  const folder = temporaryFolder();
  const token = join(folder, "token");
  writeFileSync(token, subject);
  const credentials = JSON.stringify({
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/provider",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `http://localhost:${port}/v1/token`,
    credential_source: { file: token },
    service_account_impersonation_url: `http://localhost:${port}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
  });
  const file = join(folder, "google.json");
  writeFileSync(file, credentials);
  return { requests, file, credentials };
}
