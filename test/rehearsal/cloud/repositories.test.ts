import { describe, expect, it } from "vitest";
import { keptPath, pushRefusal } from "../../../rehearsal/cloud/repositories.ts";
import { furnishedCloud } from "../outside/temporary-cloud.ts";

const digest = `sha256:${"0".repeat(64)}`;
const noGcr =
  "denied: gcr.io repo does not exist. Creating on push requires the artifactregistry.repositories.createOnPush permission";

describe("a push", () => {
  it.each([
    ["docker.io/acme/web:main", undefined],
    ["localhost:5055/web:main", undefined],
    ["gcr.io/acme-prod/web", undefined],
    ["gcr.io/acme-prod/team/web:main", undefined],
    [`gcr.io/acme-prod/web@${digest}`, undefined],
    ["gcr.io/acme-test/web:main", noGcr],
    ["us.gcr.io/acme-prod/web:main", noGcr],
    ["eu.gcr.io/acme-prod/web:main", noGcr],
    ["europe-west1-docker.pkg.dev/acme-prod/apps/web:main", undefined],
    [
      "europe-west1-docker.pkg.dev/acme-prod/shop/web:main",
      'name unknown: Repository "shop" not found',
    ],
    [
      "europe-west4-docker.pkg.dev/acme-prod/apps/web:main",
      'name unknown: Repository "apps" not found',
    ],
    [
      "europe-west1-docker.pkg.dev/acme-prod/npm/web:main",
      'name unknown: Repository "npm" not found',
    ],
    [
      "europe-west1-docker.pkg.dev/acme-prod/apps:main",
      "name invalid: Missing image name. Pushes should be of the form docker push HOST-NAME/PROJECT-ID/REPOSITORY/IMAGE",
    ],
    [
      "europe-west1-docker.pkg.dev/acme-prod/hub/acme/web:main",
      'unsupported: Repository "hub" is remote: it takes no push',
    ],
    ["123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:main", undefined],
    [
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:main",
      "name unknown: The repository with name 'team/web' does not exist in the registry with id '123456789012'",
    ],
    [
      "123456789012.dkr.ecr.eu-west-2.amazonaws.com/web:main",
      "name unknown: The repository with name 'web' does not exist in the registry with id '123456789012'",
    ],
  ])("of %s is refused with: %s", (name, refusal) => {
    expect(pushRefusal(furnishedCloud(), name)).toBe(refusal);
  });
});

describe("this machine's registry", () => {
  it.each([
    ["registry-1.docker.io", "acme/web", "docker.io/acme/web"],
    ["gcr.io", "acme-prod/web", "gcr.io/acme-prod/web"],
    [
      "europe-west1-docker.pkg.dev",
      "acme-prod/apps/web",
      "europe-west1-docker.pkg.dev/acme-prod/apps/web",
    ],
    ["europe-west1-docker.pkg.dev", "acme-prod/hub/acme/web", "docker.io/acme/web"],
    [
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
      "web",
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web",
    ],
  ])("keeps what %s has at %s under %s", (host, path, kept) => {
    expect(keptPath(furnishedCloud(), host, path)).toBe(kept);
  });
});
