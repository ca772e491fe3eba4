/** The kind of the cloud's records of identity tokens, by the token. */
export const ID_TOKEN = "gcp/id-token";

/** For whom a token was issued, and where it may be shown. */
export interface IdToken {
  readonly account: string;
  readonly audience: string;
}
