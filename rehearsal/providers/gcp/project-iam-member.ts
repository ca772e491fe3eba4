import { text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { iamMemberType } from "./iam-member.ts";
import type { GoogleSession } from "./session.ts";

/** `gcp.projects.IAMMember`: a role on everything of a project. */
export function projectIamMemberType(session: GoogleSession): ResourceType {
  return iamMemberType(session, {
    kind: "project",
    api: "cloudresourcemanager.googleapis.com",
    parent: { project: text({ required: true, replaces: true }) },
    deletesFirst: true,
    pathOf: ({ project }) => `projects/${String(project).replace(/^projects\//, "")}`,
  });
}
