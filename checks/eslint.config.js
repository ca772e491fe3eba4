import parser from "@typescript-eslint/parser";
import security from "eslint-plugin-security";

/**
 * The security linter, beside Biome and the compiler, which see to everything else. Each rule of the plugin is decided here: one
 * that it gains later is unknown to the test of this list until somebody does.
 */
export default [
  { ignores: ["**/node_modules/", ".slipway/"] },
  {
    files: ["**/*.{ts,mts,js,mjs}"],
    languageOptions: { parser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { security },
    rules: {
      "security/detect-bidi-characters": "error",
      "security/detect-buffer-noassert": "error",
      "security/detect-child-process": "error",
      "security/detect-disable-mustache-escape": "error",
      "security/detect-eval-with-expression": "error",
      "security/detect-invisible-characters": "error",
      "security/detect-new-buffer": "error",
      "security/detect-no-csrf-before-method-override": "error",
      "security/detect-non-literal-require": "error",
      "security/detect-pseudoRandomBytes": "error",
      // Commands that work on the folder they are told: every path is computed.
      "security/detect-non-literal-fs-filename": "off",
      // Every index by a variable; the compiler's noUncheckedIndexedAccess makes each one say what an absent entry means.
      "security/detect-object-injection": "off",
      // Patterns are put together from words that stand in the same file, which the rule does not see.
      "security/detect-non-literal-regexp": "off",
      // Every comparison of a variable called hash, token or secret, also with undefined; no server here takes a secret.
      "security/detect-possible-timing-attacks": "off",
      // It calls any group unsafe that repeats, such as (?:-[a-z]+)+, whatever its parts start with.
      "security/detect-unsafe-regex": "off",
    },
  },
];
