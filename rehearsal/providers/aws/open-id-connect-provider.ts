import { list, set, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { like } from "./forms.ts";
import { recordType } from "./record-type.ts";
import type { Session } from "./session.ts";

/** `iam.OpenIdConnectProvider`: whose tokens the account takes. */
export function openIdConnectProviderType(session: Session): ResourceType {
  const arnOf = ({ url }: Properties) =>
    `arn:aws:iam::${session.account}:oidc-provider/${String(url).replace("https://", "")}`;
  return recordType(session, {
    kind: "aws/oidc-provider",
    global: true,
    tagged: true,
    schema: {
      url: text({
        required: true,
        replaces: true,
        refuses: like(
          /^https:\/\/[^?#]+[^/?#]$/,
          "the issuer's address, https:// and without a / at the end",
        ),
      }),
      clientIdLists: set(text(), { required: true }),
      thumbprintLists: list(
        text({
          refuses: like(/^[0-9a-fA-F]{40}$/, "a thumbprint of 40 hexadecimal digits, or none"),
        }),
        { computed: true },
      ),
      arn: text({ output: true }),
    },
    place: arnOf,
    taken: ({ url }) =>
      `EntityAlreadyExists: there is a provider for ${url} already; an account has one for an issuer`,
    made: (planned) => ({ id: arnOf(planned), outputs: { arn: arnOf(planned) } }),
  });
}
