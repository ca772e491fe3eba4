import * as pulumi from "@pulumi/pulumi";
import { Providers } from "../../../infra/providers.ts";

/** A call of a cloud's function: its token, its arguments and the provider's name. */
export type Invoke = readonly [token: string, args: unknown, provider: string | undefined];

/** Providers of a program whose clouds give the tokens that are told here, and what they were asked. */
export async function mockClouds(
  answers: Readonly<Record<string, object>>,
): Promise<{ providers: Providers; invokes: Invoke[] }> {
  const invokes: Invoke[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
      call: ({ token, inputs, provider }) => {
        invokes.push([token, inputs, provider?.split("::").at(-2)]);
        return answers[token] ?? {};
      },
    },
    "slipway",
    "dev",
  );
  const logins = { dockerHub: undefined, googleKey: undefined };
  return { providers: new Providers({ engineHost: undefined, logins }), invokes };
}
