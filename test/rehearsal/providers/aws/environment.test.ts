import { expect, test } from "vitest";
import {
  healthProbe,
  unreachable,
} from "../../../../rehearsal/providers/aws/environment-health.ts";
import type { EnvironmentRecord } from "../../../../rehearsal/providers/aws/environment-record.ts";
import {
  endpointUrl,
  environmentState,
} from "../../../../rehearsal/providers/aws/environment-state.ts";
import { call, configuration } from "./session.ts";

const setting = (namespace: string, name: string, value: string) => ({
  namespace: `aws:${namespace}`,
  name,
  value,
});
const type = "elasticbeanstalk/environment:Environment";
const inputs = {
  application: "app",
  name: "web-test",
  solutionStackName: "64bit Amazon Linux 2023 v4.13.1 running Docker",
  settings: [setting("elasticbeanstalk:environment", "LoadBalancerType", "application")],
};

test("an environment that is not ready is neither changed nor terminated, unless its worker is gone", async () => {
  const at = await configuration();
  await at.make("elasticbeanstalk/application:Application", { name: "app" });
  const { id, state } = await at.make(type, inputs);
  const record = at.cloud.get<EnvironmentRecord>("aws/environment", id);
  const busy = (worker: number) =>
    at.cloud.put("aws/environment", id, { ...record, status: "Updating", worker });
  busy(process.pid);
  const remove = () => at.configured.resources[`aws:${type}`]?.delete({ id, state }, call);
  await expect(remove()).rejects.toThrow("Must be Ready; it is Updating");
  const update = { id, state, oldInputs: inputs, inputs: { ...inputs, description: "other" } };
  await expect(at.configured.resources[`aws:${type}`]?.update(update, call)).rejects.toThrow(
    "Must be Ready; it is Updating",
  );
  // No process has this number: it is above the most that Linux gives.
  busy(2 ** 30);
  await remove();
  expect(at.cloud.list("aws/environment-name")).toEqual([]);
});

test("what is read back is shaped like the real one, and of the settings only what is configured", async () => {
  const at = await configuration();
  await at.make("elasticbeanstalk/application:Application", { name: "app" });
  const { id, state } = await at.make(type, inputs);
  expect(id).toMatch(/^e-[a-z0-9]{10}$/);
  expect(state).toMatchObject({
    arn: "arn:aws:elasticbeanstalk:eu-west-1:123456789012:environment/app/web-test",
    cname: expect.stringMatching(/^web-test\.eba-[a-z0-9]{8}\.eu-west-1\.elasticbeanstalk\.com$/),
    cnamePrefix: "",
    endpointUrl: expect.stringMatching(
      /^awseb--AWSEB-[0-9A-F]{13}-\d+\.eu-west-1\.elb\.amazonaws\.com$/,
    ),
    platformArn:
      "arn:aws:elasticbeanstalk:eu-west-1::platform/Docker running on 64bit Amazon Linux 2023/4.13.1",
    settings: inputs.settings,
    version: "",
    instances: [expect.stringMatching(/^i-[0-9a-f]{17}$/)],
    loadBalancers: [
      expect.stringMatching(
        /^arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer\/app\/awseb--AWSEB-/,
      ),
    ],
    launchConfigurations: [],
    queues: [],
  });
  expect(state.allSettings).toContainEqual(setting("autoscaling:asg", "MaxSize", "4"));
  const record = at.cloud.get<EnvironmentRecord>("aws/environment", id) as EnvironmentRecord;
  expect(environmentState({ ...record, health: "Red" }, {})).toEqual(
    environmentState({ ...record, health: "Green" }, {}),
  );
});

test("one instance has an address, a classic load balancer another name", () => {
  const single = [setting("elasticbeanstalk:environment", "EnvironmentType", "SingleInstance")];
  expect(endpointUrl("e-1", "eu-west-1", single)).toMatch(/^198\.18\.\d+\.\d+$/);
  expect(endpointUrl("e-1", "eu-west-1", [])).toMatch(/^awseb-e-1-AWSEBLoa-[0-9A-F]{13}-\d+\./);
});

test.each([
  [undefined, 200, true],
  [undefined, 204, false],
  ["200,204", 204, true],
  ["200-299", 204, true],
  ["200-299", 301, false],
])("the matcher %s meets %i: %s", (matcher, status, expected) => {
  const process = "elasticbeanstalk:environment:process:default";
  const settings = matcher ? [setting(process, "MatcherHTTPCode", matcher)] : [];
  expect(healthProbe(settings, 1).accepts?.(status)).toBe(expected);
});

test("the health route is that of the process, else that of the application, else the root", () => {
  const process = setting("elasticbeanstalk:environment:process:default", "HealthCheckPath", "/a");
  const application = setting(
    "elasticbeanstalk:application",
    "Application Healthcheck URL",
    "HTTP:80/b",
  );
  expect(healthProbe([process, application], 1).path).toBe("/a");
  expect(healthProbe([application], 1).path).toBe("/b");
  expect(healthProbe([], 1).path).toBe("/");
});

test.each<
  [
    isProxied: boolean,
    hostPort: number | undefined,
    settings: [string, string, string][],
    expected: string | undefined,
  ]
>([
  [true, 8000, [], undefined],
  [
    true,
    8000,
    [["elasticbeanstalk:environment:proxy", "ProxyServer", "none"]],
    "nothing listens on port 80 of the instance, but on 8000",
  ],
  [
    true,
    8000,
    [["elasticbeanstalk:environment:process:default", "Port", "8080"]],
    "nothing listens on port 8080 of the instance, but on 80",
  ],
  [false, 80, [], undefined],
  [false, 8000, [], "nothing listens on port 80 of the instance, but on 8000"],
  [false, undefined, [], "nothing listens on port 80 of the instance"],
])("with a proxy (%s) and port %s, %j", (isProxied, hostPort, settings, expected) => {
  const plan = {
    image: "a",
    containerPort: 1,
    hostPort,
    isProxied,
    getsVariables: true,
    variables: {},
  };
  expect(
    unreachable(
      plan,
      settings.map((each) => setting(...each)),
    ),
  ).toBe(expected);
});
