import type { Chance } from "./random.ts";

/** A Dockerfile that no other of the run equals, and what is true of it. */
export interface ChaosOrder {
  /** Its label `which`, and the text in its image's last layer. */
  readonly which: string;
  readonly dockerfile: string;
  /** Repository within the registry; a few are shared by all. */
  readonly image: string;
  readonly ends: "succeeded" | "failed";
  /** A file of its last layer that only this Dockerfile makes, and what is in it. */
  readonly file?: { readonly name: string; readonly text: string };
}

/** Builds that a real service sees: mostly one small layer on a shared base, some without any base, and one in ten at fault. */
export function ordersOf(count: number, chance: Chance): ChaosOrder[] {
  return Array.from({ length: count }, (_, index) => orderOf(String(index), chance));
}

function orderOf(which: string, chance: Chance): ChaosOrder {
  const image = `chaos/${chance.pick(["web", "api", "jobs", "mail"])}`;
  const label = `LABEL which=${which}\n`;
  const drawn = chance.next();
  if (drawn < 0.7) {
    const dockerfile = `FROM python:3.12-slim\n${label}RUN echo ${which} > /which\n`;
    const file = { name: "which", text: `${which}\n` };
    return { which, image, dockerfile, ends: "succeeded", file };
  }
  if (drawn < 0.9) {
    const dockerfile = `FROM scratch\n${label}COPY Dockerfile /which\n`;
    const file = { name: "which", text: dockerfile };
    return { which, image, dockerfile, ends: "succeeded", file };
  }
  const fault = chance.pick([`RUN echo ${which} && exit 7`, `COPY missing-${which} /`, "NOSUCH"]);
  return { which, image, dockerfile: `FROM python:3.12-slim\n${label}${fault}\n`, ends: "failed" };
}
