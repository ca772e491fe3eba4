/** A form that nothing but a credential has. */
export interface SecretShape {
  /** As a clause says it: `a key of AWS`. */
  readonly what: string;
  /** Finds all of the secret and nothing else, everywhere in a text: for `replace` and `search`, which keep no place in it. */
  readonly form: RegExp;
}

/** A variable's name in place of its value; in small letters only with its braces, since a password may begin with `$`, too. */
const variable = "(?-i:\\$(?:[A-Z_][A-Z0-9_]{0,63}|[({][A-Za-z_]\\w{0,63}[)}]))";

// Texts come from whoever wrote the branch, and each form has to be done with any of them in linear time: every repetition is
// bounded, and a long one begins where the one before it has ended.

/**
 * The shapes by which a secret in clear is known. Whoever issues one has chosen its first letters; an address, a flag and a key
 * are known by what stands around them.
 */
export const secretShapes: readonly SecretShape[] = [
  {
    what: "a private key",
    form: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[\s\S]){0,32768}(?:-----END [A-Z ]{0,60}-----)?/g,
  },
  { what: "a signed token", form: /(?<![\w-])eyJ[\w-]{8,16384}(?:\.[\w-]{0,16384}){2,4}/g },
  { what: "a key of AWS", form: issued("(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])") },
  { what: "a key of Google", form: issued("AIza[\\w-]{35}") },
  { what: "a token of Google", form: issued("(?:ya29\\.|GOCSPX-)[\\w.-]{20,4096}") },
  {
    what: "a token of GitHub",
    form: issued("(?:gh[oprsu]_|github_pat_)\\w{20,255}[\\w.-]{0,4096}"),
  },
  {
    what: "a token of GitLab",
    form: issued("gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|imt)-[\\w.-]{20,1024}"),
  },
  { what: "a token of Bitbucket", form: issued("AT(?:BB|CTT3|ATT3)[\\w=-]{16,1024}") },
  { what: "a token of Docker Hub", form: issued("dckr_[op]at_[\\w-]{20,1024}") },
  { what: "a token of Slack", form: issued("xox[abeoprs][.-][\\w.-]{10,1024}") },
  { what: "a token of Pulumi", form: issued("pul-[0-9a-f]{40}") },
  { what: "a token of npm", form: issued("npm_[0-9A-Za-z]{36}") },
  { what: "a token of PyPI", form: issued("pypi-AgE[\\w-]{16,4096}") },
  { what: "a key of Stripe", form: issued("[rs]k_(?:live|test)_[0-9A-Za-z]{16,1024}") },
  { what: "an address with a password", form: inAddress() },
  // A user's name alone is shorter, or has a dot.
  { what: "an address with a token", form: /(?<=https?:\/\/)[\w~+=-]{12,1024}:?(?=@)/gi },
  { what: "a password", form: assigned() },
];

/** Not in the middle of a word; after `_` and `-`, since names are put together with them. */
function issued(form: string): RegExp {
  return new RegExp(`(?<![0-9A-Za-z])${form}`, "g");
}

/**
 * What stands between `://` and the last `@` before the path, whoever the user is. A password that was not encoded may have `@`
 * and `/` in it; then it ends with the last `@`. A port and a path are no password, and `name:tag@sha256:` is an image.
 */
function inAddress(): RegExp {
  const user = `[^\\s/:@[\\]"'<>]{0,4096}`;
  const port = `(?!(?:\\d{1,5}|${variable})(?:[/?#,;\\s"'<>)\\]}]|$))`;
  const password = `(?:[^\\s/"'<>]{1,8192}(?=@)|(?:[^\\s/"'<>]|/(?!/)){1,4096}(?=@))`;
  return new RegExp(`(?<=://)${user}:${port}(?!${variable}@)${password}(?!@sha256:)`, "g");
}

/** `password=x` in a query, a connection string or a flag, and `--password x`; not where a variable is named or a switch set. */
function assigned(): RegExp {
  const name = "(?:pass(?:word|wd|phrase)|pwd|token|secret|(?:api|access|account|private)[_-]?key)";
  const flag = "--[\\w-]{0,32}(?:pass(?:word|wd|phrase)|token|api-?key)";
  const value = `\\\\?"[^"]{1,4096}"|\\\\?'[^']{1,4096}'|["']?[^\\s"']{1,4096}`;
  const none = `(?!["']?(?:(?:true|false)(?![\\w-])|${variable}(?![^\\s"'])))`;
  return new RegExp(`(?<=${name}=|${flag} )${none}(?:${value})`, "gi");
}
