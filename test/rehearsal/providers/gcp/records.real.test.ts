import { Service } from "@pulumi/gcp/cloudrunv2/service.js";
import { ServiceIamMember } from "@pulumi/gcp/cloudrunv2/serviceIamMember.js";
import { AlertPolicy } from "@pulumi/gcp/monitoring/alertPolicy.js";
import { NotificationChannel } from "@pulumi/gcp/monitoring/notificationChannel.js";
import { UptimeCheckConfig } from "@pulumi/gcp/monitoring/uptimeCheckConfig.js";
import { Secret } from "@pulumi/gcp/secretmanager/secret.js";
import { afterEach, expect, test } from "vitest";
import { project, type RehearsedCloud, region, rehearsedCloud } from "./rehearsed-cloud.ts";

// What the cloud refuses to delete or to share, and what the provider refuses at once, through Pulumi's real engine.

let at: RehearsedCloud;
afterEach(() => at?.dispose());

const uptime = {
  displayName: "web",
  timeout: "10s",
  monitoredResource: { type: "uptime_url", labels: { host: "x" } },
};

test("what an alert of elsewhere uses, and what is protected, is not destroyed", async () => {
  at = await rehearsedCloud();
  const program = async () => {
    const replication = { auto: {} };
    new UptimeCheckConfig("uptime", uptime);
    new NotificationChannel("channel", { type: "email", labels: { email_address: "a@b.test" } });
    new Secret("protected", { secretId: "a", replication, deletionProtection: true });
    new Secret("prevented", { secretId: "b", replication, deletionPolicy: "PREVENT" });
    new Secret("abandoned", { secretId: "c", replication, deletionPolicy: "ABANDON" });
  };
  expect((await at.up(program)).errors).toEqual({});
  expect(
    (await at.up(program, { refresh: true })).steps.filter((step) => !step.startsWith("refresh")),
  ).toEqual([]);
  const alert = `projects/${project}/alertPolicies/1`;
  const uses = [at.state("uptime")?.outputs.uptimeCheckId, at.state("channel")?.id];
  at.cloud.put("gcp/alert-policy", alert, { uses });
  const { errors } = await at.destroy();
  expect(errors.uptime).toContain(`is used by ${alert}; delete the alert policies first`);
  expect(errors.channel).toContain(`is used by ${alert}; delete the alert policies first`);
  expect(errors.protected).toContain(
    "cannot destroy secret without setting deletion_protection=false",
  );
  expect(errors.prevented).toContain("cannot destroy it while its deletionPolicy is PREVENT");
  expect(at.state("abandoned")).toBeUndefined();
  expect(at.cloud.get("gcp/secret", `projects/${project}/secrets/c`)).toBeDefined();
});

test("an alert that uses them goes before them", async () => {
  at = await rehearsedCloud();
  const program = async () => {
    const channel = new NotificationChannel("channel", {
      type: "email",
      labels: { email_address: "a@b.test" },
    });
    const check = new UptimeCheckConfig("uptime", uptime);
    const filter = check.uptimeCheckId.apply((id) => `metric.labels.check_id="${id}"`);
    const duration = "60s";
    const comparison = "COMPARISON_GT";
    new AlertPolicy("alert", {
      displayName: "down",
      combiner: "OR",
      notificationChannels: [channel.id],
      conditions: [{ displayName: "down", conditionThreshold: { filter, duration, comparison } }],
    });
  };
  expect((await at.up(program)).errors).toEqual({});
  expect((await at.preview(program)).steps).toEqual([]);
  expect((await at.destroy()).errors).toEqual({});
});

test("where sharing is restricted to the organisation, nothing becomes public", async () => {
  at = await rehearsedCloud({ domainRestrictedSharing: true });
  at.cloud.put("gcp/run-service", `projects/${project}/locations/${region}/services/web`, {});
  const { errors } = await at.up(async () => {
    new ServiceIamMember("anybody", {
      name: "web",
      location: region,
      role: "roles/run.invoker",
      member: "allUsers",
    });
  });
  expect(errors.anybody).toContain("do not belong to a permitted customer: allUsers");
});

test("what the provider itself refuses ends the run before anything is made", async () => {
  at = await rehearsedCloud();
  const { succeeded, errors } = await at.up(async () => {
    new Service("web", {
      location: region,
      ingress: "ALL",
      template: { containers: [{ image: "gcr.io/acme/web" }], timeout: "5m" },
    });
  });
  expect(succeeded).toBe(false);
  expect(errors.web).toContain("expected one of INGRESS_TRAFFIC_ALL");
  expect(errors.web).toContain('"5m" is no duration');
  expect(at.cloud.list("gcp/run-service")).toEqual([]);
});
