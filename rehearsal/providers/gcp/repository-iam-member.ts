import { text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { iamMemberType } from "./iam-member.ts";
import { REPOSITORY } from "./repository.ts";
import { sameEnding } from "./same-ending.ts";
import { type GoogleSession, locationOf, projectOf } from "./session.ts";

/** `gcp.artifactregistry.RepositoryIamMember`: who may pull from a repository, or push to it. */
export function repositoryIamMemberType(session: GoogleSession): ResourceType {
  return iamMemberType(session, {
    kind: "repository",
    api: "artifactregistry.googleapis.com",
    parent: {
      repository: text({ required: true, replaces: true, same: sameEnding }),
      location: text({ computed: true, replaces: true }),
      project: text({ computed: true, replaces: true }),
    },
    property: "repository",
    pathOf(planned) {
      const repository = String(planned.repository);
      if (repository.includes("/")) return repository;
      const place = `projects/${projectOf(planned)}/locations/${locationOf(session, planned)}`;
      return `${place}/repositories/${repository}`;
    },
    record: REPOSITORY,
  });
}
