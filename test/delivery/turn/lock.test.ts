import { describe, expect, it } from "vitest";
import { pipelineLink } from "../../../delivery/turn/delivery-link.ts";
import { lockWords } from "../../../delivery/turn/lock-words.ts";
import { lockWords as ofBucket } from "../releases.ts";

const ofCloud =
  "error: [409] Conflict: Another update is currently in progress.\nTo learn more about possible reasons and resolution, visit https://www.pulumi.com/docs/support/troubleshooting/common-issues/update-conflicts/\n";

describe("the words of a lock", () => {
  it.each([
    ["of a bucket", ofBucket, ofBucket],
    ["of Pulumi Cloud", ofCloud, ofCloud],
    ["behind others", `warning: old\n${ofBucket}`, ofBucket],
    ["in colour", `\u001b[31merror: \u001b[0m${ofBucket}`, `\u001b[31merror: \u001b[0m${ofBucket}`],
  ])("%s", (_what, complaint, words) => {
    expect(lockWords(complaint)).toBe(words);
  });

  it.each([
    "",
    "error: no stack named 'production' found",
    "error: [409] Conflict: Stack already exists",
    "googleapi: Error 409: the operation is in progress",
  ])("are not %j", (complaint) => {
    expect(lockWords(complaint)).toBeUndefined();
  });
});

describe("the link of a pipeline", () => {
  const bitbucket = {
    BITBUCKET_WORKSPACE: "acme",
    BITBUCKET_REPO_SLUG: "slipway",
    BITBUCKET_BUILD_NUMBER: "77",
  };
  const github = {
    GITHUB_SERVER_URL: "https://github.example.org",
    GITHUB_REPOSITORY: "acme/slipway",
    GITHUB_RUN_ID: "12345678901",
  };

  it.each([
    [bitbucket, "77", "https://bitbucket.org/acme/slipway/pipelines/results/77"],
    [github, "12345678901", "https://github.example.org/acme/slipway/actions/runs/12345678901"],
  ])("of %j is %s at %s", (env, id, url) => {
    expect(pipelineLink(env)).toEqual({ id, url });
  });

  it.each([{}, { ...bitbucket, BITBUCKET_REPO_SLUG: "" }, { ...github, GITHUB_RUN_ID: undefined }])(
    "there is none in %j",
    (env) => {
      expect(pipelineLink(env)).toBeUndefined();
    },
  );
});
