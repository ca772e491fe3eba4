import type { ProviderFunction } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { type GoogleSession, projectNumber } from "./session.ts";

/** `gcp.organizations.getProject`: a project with its number. Any project that may be so called is there. */
export function getProject(session: GoogleSession): ProviderFunction {
  return async ({ projectId }) => {
    const id = String(projectId ?? session.project ?? "");
    if (!/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(id)) {
      throw new RuleError(`projects/${id} not found, or it is not ACTIVE`);
    }
    return {
      id: `projects/${id}`,
      projectId: id,
      number: projectNumber(id),
      name: id,
      orgId: "",
      folderId: "",
      billingAccount: "",
      autoCreateNetwork: false,
      deletionPolicy: "PREVENT",
      labels: {},
      effectiveLabels: {},
      pulumiLabels: {},
      tags: {},
    };
  };
}
