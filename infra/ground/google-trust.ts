import { RepositoryIamMember } from "@pulumi/gcp/artifactregistry/repositoryIamMember.js";
import { WorkloadIdentityPool } from "@pulumi/gcp/iam/workloadIdentityPool.js";
import { WorkloadIdentityPoolProvider } from "@pulumi/gcp/iam/workloadIdentityPoolProvider.js";
import { IAMMember as ProjectMember } from "@pulumi/gcp/projects/iammember.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { IAMMember as AccountMember } from "@pulumi/gcp/serviceaccount/iammember.js";
import * as pulumi from "@pulumi/pulumi";
import type { TrustConfig } from "../config/trust.ts";
import { type Forge, forges } from "./forges.ts";
import type { GoogleOptions } from "./google-apis.ts";
import type { ImageRepository } from "./google-repository.ts";

/** What each identity may do in the project; on the repositories it may read, and where it deploys push. */
const roles = {
  preview: ["roles/monitoring.viewer", "roles/run.viewer"],
  deploy: [
    // A release's own account is made, used and removed with it.
    "roles/iam.serviceAccountCreator",
    "roles/iam.serviceAccountDeleter",
    "roles/iam.serviceAccountUser",
    "roles/monitoring.alertPolicyEditor",
    "roles/monitoring.dashboardEditor",
    "roles/monitoring.notificationChannelEditor",
    "roles/monitoring.uptimeCheckConfigEditor",
    // The developer's role cannot say who may call a service.
    "roles/run.admin",
    // A release gives its account access to its secrets, and no lesser role may.
    "roles/secretmanager.admin",
  ],
} as const;

type Access = keyof typeof roles;

/** Two identities for pipelines, without keys: `slipway-preview` reads, `slipway-deploy` runs releases. */
export class GoogleTrust extends pulumi.ComponentResource {
  /** Provider names by forge, and the e-mail addresses of both accounts. */
  readonly outputs: pulumi.Output<unknown>;
  readonly #options: pulumi.CustomResourceOptions;
  readonly #project: string;

  constructor(
    trust: TrustConfig,
    project: string,
    repositories: readonly ImageRepository[],
    { parent, google, apis }: GoogleOptions,
  ) {
    super("slipway:ground:GoogleTrust", "google", {}, { parent });
    const dependsOn = [apis.cloudresourcemanager, apis.iam, apis.iamcredentials, apis.sts];
    this.#options = { parent: this, provider: google, dependsOn };
    this.#project = project;
    const accounts = { preview: this.#account("preview"), deploy: this.#account("deploy") };
    this.#grant("preview", accounts.preview, repositories);
    this.#grant("deploy", accounts.deploy, repositories);
    this.#proveItself(accounts.deploy);
    const providers = forges(trust).map((forge) => [forge.name, this.#admit(forge, accounts)]);
    this.outputs = pulumi.output({
      providers: Object.fromEntries(providers),
      previewAccount: accounts.preview.email,
      deployAccount: accounts.deploy.email,
    });
    this.registerOutputs({ outputs: this.outputs });
  }

  #account(access: Access): Account {
    const accountId = `slipway-${access}`;
    const displayName =
      access === "preview" ? "Slipway: previews, read only" : "Slipway: deliveries";
    return new Account(
      accountId,
      { project: this.#project, accountId, displayName },
      this.#options,
    );
  }

  #grant(access: Access, account: Account, repositories: readonly ImageRepository[]): void {
    const { member } = account;
    for (const role of roles[access]) {
      const name = `${access}-${role.slice("roles/".length)}`;
      new ProjectMember(name, { project: this.#project, role, member }, this.#options);
    }
    for (const { repository, location, repositoryId, isRemote } of repositories) {
      const pushes = access === "deploy" && !isRemote;
      new RepositoryIamMember(
        `${access}-${location}-${repositoryId}`,
        {
          project: this.#project,
          location,
          // By its id, which a new repository of the same name has anew: with the old one its members went.
          repository: repository.id,
          role: `roles/artifactregistry.${pushes ? "writer" : "reader"}`,
          member,
        },
        this.#options,
      );
    }
  }

  /** A private service is proven with an identity token of the account that deploys it, and no other's. */
  #proveItself({ name, member }: Account): void {
    const role = "roles/iam.serviceAccountOpenIdTokenCreator";
    new AccountMember("deploy-proves", { serviceAccountId: name, role, member }, this.#options);
  }

  /**
   * A pool for each forge, so that no forge's tokens can pass for another's. Google keeps a pool's id taken for 30 days after
   * it is deleted; the account's number is another one each time.
   */
  #admit({ name, issuer, google }: Forge, accounts: Readonly<Record<Access, Account>>) {
    const project = this.#project;
    const workloadIdentityPoolId = accounts.deploy.uniqueId.apply(
      (number) => `slipway-${name}-${number.slice(-8)}`,
    );
    const pool = new WorkloadIdentityPool(name, { project, workloadIdentityPoolId }, this.#options);
    const provider = new WorkloadIdentityPoolProvider(
      name,
      {
        project,
        workloadIdentityPoolId: pool.workloadIdentityPoolId,
        workloadIdentityPoolProviderId: name,
        attributeMapping: { "google.subject": google.subject, "attribute.access": google.access },
        attributeCondition: google.condition,
        oidc: {
          issuerUri: issuer,
          ...(google.audiences.length > 0 && { allowedAudiences: [...google.audiences] }),
        },
      },
      this.#options,
    );
    for (const access of ["preview", "deploy"] as const) {
      new AccountMember(
        `${access}-${name}`,
        {
          serviceAccountId: accounts[access].name,
          role: "roles/iam.workloadIdentityUser",
          member: pulumi.interpolate`principalSet://iam.googleapis.com/${pool.name}/attribute.access/${access}`,
        },
        this.#options,
      );
    }
    return provider.name;
  }
}
