import { describe, expect, it } from "vitest";
import { inText, onBitbucket, onGitHub } from "../../../delivery/report/dialect.ts";
import { markdown } from "../../../delivery/report/markdown.ts";
import { marker } from "../../../delivery/report/marker.ts";
import { noState } from "../../../delivery/state/stack-state.ts";
import { releaseOf } from "../releases.ts";
import { reportFor, step } from "./plans.ts";

const attacks = [
  "`code` ends",
  "```",
  "\n```\n# Heading\n",
  "````\n\n# Heading",
  "a | b |",
  "@everyone",
  "[click](https://evil.example)",
  "![x](https://evil.example/x.png)",
  "<img src=x onerror=alert(1)>",
  "</summary></details><h1>big</h1>",
  "<!-- hidden",
  marker("slipway", "staging"),
  `\n\n${marker("slipway", "staging")}\n`,
  "::error::from a log",
  "\n::add-mask::x",
  "##[error]old",
  "\u202egnp.exe",
  "zero\u200bwidth",
  "\u001b[31mred",
  "\ud800",
];

/** What is left of a text when all code is taken out of it: there a host reads marks. */
function outsideOfCode(text: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const ticks = /^`{3,}/.exec(line)?.[0];
    if (fence !== undefined) {
      if (line === fence) fence = undefined;
    } else if (ticks !== undefined) fence = ticks;
    else lines.push(line);
  }
  return lines
    .join("\n")
    .replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, "·")
    .replace(/<code>[^<>]*<\/code>/g, "·");
}

/** The same report without any name of an attacker. */
function told(words: string, code: number) {
  const steps = [
    step("create", `a:b:${words}`, words, { after: { [words]: words } }),
    step("update", "a:b:C", `u${words}`, {
      before: { x: words },
      after: { x: "", [words]: [words] },
    }),
    step("replace", "a:b:C", `r${words}`, {
      before: { x: 1 },
      after: { x: words },
      replaceReasons: ["x", words],
    }),
    step("delete", "a:b:C", `d${words}`, { before: {} }),
  ];
  const build = { args: { app_commit: words, app_branch: words } };
  return reportFor(
    [
      ...steps,
      step("update", "slipway:index:Service$docker:index/image:Image", "web", {
        before: {},
        after: { build },
      }),
      step("same", "slipway:index:Service", "web", { before: {} }),
    ],
    {
      code,
      diagnostics: [
        { severity: "error", message: words },
        { severity: "warning", message: words },
      ],
      violations: [{ policy: words, isMandatory: true, urn: `x::${words}`, message: words }],
      policiesLeftOut: undefined,
      state: {
        ...noState,
        services: {
          web: { tried: words, proven: { ...releaseOf("a"), image: words, commit: words } },
        },
      },
    },
  );
}

describe("words of a branch's author", () => {
  it.each(attacks)("are only text: %j", (words) => {
    const each = [onGitHub, onBitbucket, inText].flatMap((dialect) =>
      [0, 1].map((code) => ({ dialect, code })),
    );
    for (const { dialect, code } of each) {
      const text = markdown(told(words, code), dialect);
      // Only a plan that came to its end tells of the image to be built.
      expect(text.includes("a new image will be built")).toBe(code === 0);
      expect(text.isWellFormed()).toBe(true);
      expect(text.indexOf(marker("slipway", "staging"))).toBe(0);
      const bare = outsideOfCode(text).replace(text.split("\n")[0] ?? "", "");
      for (const mark of [
        "@",
        "](",
        "<img",
        "<h1",
        "<!--",
        "evil",
        "Heading",
        "slipway-preview",
        "alert",
      ]) {
        expect([mark, bare.includes(mark)]).toEqual([mark, false]);
      }
      // What GitHub's runner takes for a command, and what a terminal or a reader's eye takes for something else.
      expect(text.match(/^\s*::|##\[/gm)).toBe(null);
      expect(["\u202e", "\u200b", "\u001b"].filter((mark) => text.includes(mark))).toEqual([]);
    }
  });

  it("cannot make the marker of another stack", () => {
    const names = ["a) b", "a\nb", "a](x)", "ä b", "acme/web/production"];
    expect(names.map((name) => marker("slipway", name))).toEqual([
      "[//]: # (slipway-preview slipway/a%29%20b)",
      "[//]: # (slipway-preview slipway/a%0Ab)",
      "[//]: # (slipway-preview slipway/a%5D%28x%29)",
      "[//]: # (slipway-preview slipway/%C3%A4%20b)",
      "[//]: # (slipway-preview slipway/acme/web/production)",
    ]);
  });
});
