/** Where the builder's own log goes: one object of facts and one sentence, as Fastify's logger takes them. */
export interface Journal {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}
