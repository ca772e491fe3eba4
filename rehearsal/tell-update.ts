import { stripVTControlCharacters } from "node:util";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Story, Told } from "../setup/story.ts";

/** Turns the events of Pulumi's engine into the lines of a story, and gathers what went wrong. */
export interface UpdateTeller {
  hear(event: EngineEvent): void;
  /** Ends the story: what has not ended by now failed. */
  end(): void;
  /** The messages of what went wrong, without colours. */
  readonly errors: readonly string[];
  /** How many resources had each kind of operation, such as `create`; empty before the update's end. */
  changes(): Readonly<Record<string, number>>;
}

interface Line {
  progress: (text: string) => void;
  readonly done: (text: string) => void;
  readonly failed: () => void;
}

type Words = Readonly<Record<string, string>>;

/** What each type of resource is called, and what is said of it once an operation on it has ended. */
const subjects: Readonly<Record<string, { readonly title: string; readonly words: Words }>> = {
  "docker:index/image:Image": {
    title: "image",
    words: {
      same: "unchanged,",
      create: "built and pushed",
      update: "built and pushed",
      "create-replacement": "built and pushed",
    },
  },
  "docker:index/container:Container": {
    title: "container",
    words: {
      same: "unchanged,",
      create: "started",
      update: "updated",
      "create-replacement": "replaced,",
      delete: "removed",
    },
  },
  "gcp:cloudrunv2/service:Service": {
    title: "service",
    words: {
      same: "unchanged,",
      create: "runs on Cloud Run,",
      update: "has a new revision,",
      delete: "removed",
    },
  },
  "aws:elasticbeanstalk/environment:Environment": {
    title: "environment",
    words: {
      same: "unchanged,",
      create: "runs on Elastic Beanstalk,",
      update: "updated,",
      delete: "terminated",
    },
  },
};

/** A language host that the set-up has built lies beside no CLI, and Pulumi wonders about it. */
const expected = /^using pulumi-language-nodejs from \$PATH at /;

/** Tells an update on a story, each service's image, container and proof on a line. */
export function tellUpdate(story: Story): UpdateTeller {
  const lines = new Map<string, Line>();
  const errors: string[] = [];
  let changes: Readonly<Record<string, number>> = {};

  const open = (key: string, title: string, urn: string): Line => {
    const name = urn.slice(urn.lastIndexOf("::") + 2);
    const line = lines.get(key) ?? openLine(story, `${name} ${title}`);
    lines.set(key, line);
    return line;
  };
  const close = (key: string, text: string): void => {
    lines.get(key)?.done(text);
    lines.delete(key);
  };

  const hearDiagnostic = ({ message, severity, ephemeral, urn = "" }: Diagnostic): void => {
    const text = stripVTControlCharacters(message.replace(/<\{%[a-z]+%\}>/g, "")).trim();
    if (text === "") return;
    const { word, rest } = /^(?<word>proof|proven): (?<rest>.*)$/s.exec(text)?.groups ?? {};
    if (word === "proof") open(`${urn} proof`, "proof", urn).progress(rest ?? "");
    else if (word === "proven") close(`${urn} proof`, rest ?? "");
    else if (severity === "error") errors.push(text);
    else if (ephemeral) lines.get(urn)?.progress(text);
    else if (severity === "warning" && !expected.test(text)) story.warn(text);
  };

  return {
    errors,
    changes: () => changes,
    hear(event) {
      if (event.summaryEvent) changes = event.summaryEvent.resourceChanges;
      const begun = event.resourcePreEvent?.metadata;
      const ended = event.resOutputsEvent?.metadata;
      if (begun) {
        const subject = subjects[begun.type];
        if (subject && begun.op in subject.words) open(begun.urn, subject.title, begun.urn);
      }
      if (ended) {
        const word = subjects[ended.type]?.words[ended.op];
        if (word) close(ended.urn, [word, identity(ended)].join(" ").trimEnd());
      }
      if (event.diagnosticEvent) hearDiagnostic(event.diagnosticEvent);
    },
    end() {
      for (const line of lines.values()) line.failed();
      lines.clear();
    },
  };
}

type Diagnostic = NonNullable<EngineEvent["diagnosticEvent"]>;
type Ended = NonNullable<EngineEvent["resOutputsEvent"]>["metadata"];

/** An image by its digest, a container by its name. */
function identity({ new: state }: Ended): string {
  const { repoDigest, name } = state?.outputs ?? {};
  return repoDigest ?? name ?? "";
}

/** A step of the story whose end comes from outside. */
function openLine(story: Story, title: string): Line {
  const end = Promise.withResolvers<Told<undefined>>();
  const line = {
    progress: (_text: string): void => {},
    done: (text: string): void => end.resolve({ text, value: undefined }),
    failed: (): void => end.reject(new Error(title)),
  };
  story
    .step(title, (progress) => {
      line.progress = progress;
      return end.promise;
    })
    // The failure itself is told once, by whoever runs the update.
    .catch(() => {});
  return line;
}
