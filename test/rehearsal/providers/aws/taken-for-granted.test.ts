import { expect, test } from "vitest";
import { currentSecret } from "../../../../rehearsal/providers/aws/secret-version.ts";
import type { Session } from "../../../../rehearsal/providers/aws/session.ts";
import { takeForGranted } from "../../../../rehearsal/providers/aws/taken-for-granted.ts";
import { configuration } from "./session.ts";

const arn = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}`;
const on = (kind: string, ref: string) => ({ env: { DATABASE_URL: { ref } }, target: { kind } });

test("a secret that names a database on Elastic Beanstalk holds the one there is now, and no other is made", async () => {
  const { cloud } = await configuration();
  const value = (name: string) => currentSecret({ cloud } as Session, arn(name));
  const config = {
    "slipway:services": {
      whole: on("elastic-beanstalk", arn("whole-a1b2c3")),
      keyed: on("elastic-beanstalk", `${arn("keyed-a1b2c3")}:url`),
      second: {
        env: {
          DATABASE_URL: { ref: `${arn("keyed-a1b2c3")}:second` },
          TOKEN: { ref: `${arn("keyed-a1b2c3")}:token` },
        },
        target: { kind: "elastic-beanstalk" },
      },
      unknown: on("elastic-beanstalk", arn("unknown-a1b2c3")),
      elsewhere: on("cloud-run", arn("elsewhere-a1b2c3")),
    },
  };
  for (const host of ["one", "two"]) {
    const url = `postgresql://${host}`;
    takeForGranted(cloud, config, { whole: url, keyed: url, second: url, elsewhere: url });
  }
  expect({
    whole: value("whole-a1b2c3"),
    keyed: value("keyed-a1b2c3"),
    unknown: value("unknown-a1b2c3"),
    elsewhere: value("elsewhere-a1b2c3"),
  }).toEqual({
    whole: "postgresql://two",
    keyed: '{"url":"postgresql://two","second":"postgresql://two","token":"placeholder for token"}',

    unknown: undefined,
    elsewhere: undefined,
  });
});
