import { expect, it } from "vitest";
import { parseChallenge } from "../../../infra/registries/challenge.ts";

it.each([
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:acme/web:pull"',
    { scheme: "bearer", realm: "https://auth.docker.io/token", service: "registry.docker.io" },
  ],
  [
    'bearer service="gcr.io", realm="https://gcr.io/v2/token"',
    { scheme: "bearer", realm: "https://gcr.io/v2/token", service: "gcr.io" },
  ],
  [
    'Bearer realm="https://us-docker.pkg.dev/v2/token"',
    { scheme: "bearer", realm: "https://us-docker.pkg.dev/v2/token", service: undefined },
  ],
  [
    'Basic realm="https://1.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
    {
      scheme: "basic",
      realm: "https://1.dkr.ecr.eu-west-1.amazonaws.com/",
      service: "ecr.amazonaws.com",
    },
  ],
  [["Negotiate", 'Basic realm="here"'], { scheme: "basic", realm: "here", service: undefined }],
  ["Negotiate", undefined],
  [undefined, undefined],
])("the challenge %j means %j", (header, challenge) => {
  expect(parseChallenge(header)).toEqual(challenge);
});
