import type { Cloud } from "../../cloud/cloud.ts";
import { flag, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { UNKNOWN } from "../values.ts";
import { between } from "./forms.ts";
import { accountId } from "./names.ts";
import { newNumber } from "./new-id.ts";
import { recordType } from "./record-type.ts";
import { type GoogleSession, projectOf } from "./session.ts";

// `gcp.serviceaccount.Account`: an identity for what runs.

/** The kind of the cloud's records; their ids are `projects/P/serviceAccounts/EMAIL`. */
export const ACCOUNT = "gcp/account";

/** Makes the type for one configuration of the provider. */
export function accountType(session: GoogleSession): ResourceType {
  return recordType(session, {
    kind: "service account",
    record: ACCOUNT,
    api: "iam.googleapis.com",
    schema: {
      accountId: text({ replaces: true, refuses: accountId }),
      project: text({ computed: true, replaces: true }),
      displayName: text({ refuses: between(0, 100) }),
      description: text({ refuses: between(0, 256) }),
      disabled: flag(),
      createIgnoreAlreadyExists: flag(),
      name: text({ output: true }),
      email: text({ output: true }),
      member: text({ output: true }),
      uniqueId: text({ output: true }),
    },
    autonamed: { property: "accountId", most: 30 },
    deletionPolicies: [],
    complete(planned) {
      const isKnown = planned.project && ![planned.accountId, planned.project].includes(UNKNOWN);
      if (!isKnown || planned.email) return planned;
      const email = `${planned.accountId}@${planned.project}.iam.gserviceaccount.com`;
      return { ...planned, email, member: `serviceAccount:${email}` };
    },
    id: (planned) => `projects/${projectOf(planned)}/serviceAccounts/${planned.email}`,
    made: (planned, id) => ({
      name: id,
      // Another one each time it is made.
      uniqueId: `1${newNumber()}`,
      disabled: planned.disabled ?? false,
    }),
  });
}

/**
 * Whether there is such an account. Google's own are taken for granted: the default account of a project's machines and the
 * agents of its services.
 */
export function hasAccount(cloud: Cloud, email: string): boolean {
  const [name = "", domain = ""] = email.split("@");
  const isGoogles = /^service-\d+$/.test(name) || !domain.endsWith(".iam.gserviceaccount.com");
  if (isGoogles) return true;
  const project = domain.replace(/\.iam\.gserviceaccount\.com$/, "");
  return cloud.get(ACCOUNT, `projects/${project}/serviceAccounts/${email}`) !== undefined;
}

/**
 * Makes an account that a configuration takes for granted exist, until a program makes it.
 * @returns whether it was not there.
 */
export function assumeAccount(cloud: Cloud, email: string): boolean {
  if (hasAccount(cloud, email)) return false;
  const [accountId = "", domain = ""] = email.split("@");
  const project = domain.replace(/\.iam\.gserviceaccount\.com$/, "");
  const name = `projects/${project}/serviceAccounts/${email}`;
  const member = `serviceAccount:${email}`;
  return cloud.create(ACCOUNT, name, { name, email, member, project, accountId, assumed: true });
}
