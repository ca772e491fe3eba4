import { serviceName } from "../targets/cloud-run/cloud-name.ts";
import { mapOf, textOf } from "./rule.ts";

/** What the rules know of the stack that is previewed. */
export interface StackFacts {
  /** Its name, without organization and project. */
  readonly stack: string;
  /** Whether what it holds must not be lost by mistake: the stack is named `production`, and is no rehearsal of it. */
  readonly isProduction: boolean;
  /** By service: what its configuration asks for. */
  readonly asked: Readonly<Record<string, Asked>>;
  /** The services by the names that they have on Cloud Run. */
  readonly names: ReadonlyMap<string, string>;
  /** The resources that are copies of the stack's own secrets. */
  readonly copies: ReadonlySet<string>;
}

/** What opens a service to others, as it stands in the stack file; empty where it does not. */
export interface Asked {
  /** `public`, `unchecked`, `private` or `internal`. */
  readonly access: string;
  /** The address of this machine that the Docker engine publishes the service on. */
  readonly bind: string;
}

/** Nothing is asked for. */
export const nothingAsked: Asked = { access: "", bind: "" };

/**
 * Reads them from what the engine tells. The program itself checks the configuration: what is of another form asks for nothing.
 * @param config the stack's configuration, each value as text.
 * @param isRehearsal whether the clouds are played on this machine, where nothing is protected from being taken down.
 */
export function stackFacts(
  stack: string,
  config: ReadonlyMap<string, string>,
  isRehearsal = false,
): StackFacts {
  const services = mapOf(parsed(config.get("slipway:services")));
  const asked = Object.entries(services).map(([name, service]) => {
    const { access, bind } = mapOf(mapOf(service).target);
    return [name, { access: textOf(access), bind: textOf(bind) }];
  });
  return {
    stack,
    isProduction: stack === "production" && !isRehearsal,
    asked: Object.fromEntries(asked) as StackFacts["asked"],
    names: new Map(Object.keys(services).map((name) => [serviceName(name, stack), name])),
    copies: new Set(Object.entries(services).flatMap(([name, service]) => copies(name, service))),
  };
}

/** Both clouds' targets call them after the service and the variable. */
function copies(name: string, service: unknown): string[] {
  return Object.entries(mapOf(mapOf(service).env))
    .filter(([, value]) => textOf(mapOf(value).secret) !== "")
    .map(([key]) => `${name}-${key}`);
}

function parsed(text = ""): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
