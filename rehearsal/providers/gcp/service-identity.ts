import { text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { requireApi } from "./api-error.ts";
import { googleType } from "./google-type.ts";
import { type GoogleSession, projectNumber, projectOf } from "./session.ts";

// `gcp.projects.ServiceIdentity`: the account that a service of Google's acts as in a project. It cannot be deleted.

/** The names of agents that are not called after their service. */
const AGENTS: Readonly<Record<string, string>> = {
  "run.googleapis.com": "serverless-robot-prod",
};

/** Makes the type for one configuration of the provider. */
export function serviceIdentityType(session: GoogleSession): ResourceType {
  return googleType(session, {
    kind: "Service Identity",
    api: "serviceusage.googleapis.com",
    schema: {
      service: text({ required: true, replaces: true }),
      project: text({ computed: true, replaces: true }),
      email: text({ output: true }),
      member: text({ output: true }),
    },
    async create(planned) {
      const project = projectOf(planned);
      const service = String(planned.service);
      requireApi(session, project, service);
      const agent = AGENTS[service] ?? `gcp-sa-${service.replace(/\.googleapis\.com$/, "")}`;
      const email = `service-${projectNumber(project)}@${agent}.iam.gserviceaccount.com`;
      const state = { ...planned, email, member: `serviceAccount:${email}` };
      return { id: `projects/${project}/services/${service}`, state };
    },
    read: async (_id, state) => state,
    delete: async () => {},
  });
}
