// The part of CEL, https://github.com/google/cel-spec, in which trust is written: texts, fields of the token, lists,
// == != ! && || in + ? :, has(…) and startsWith(…). Anything else is an error, as a field that is not there is.

type Value = string | boolean | readonly Value[];
type Fields = Readonly<Record<string, string>>;

/** The value of an expression over a token's claims. */
export function evaluateCel(expression: string, assertion: Fields): Value {
  const tokens = tokenise(expression);
  const parser = new Parser(tokens, assertion);
  const value = parser.ternary()();
  parser.expectEnd();
  return value;
}

function tokenise(expression: string): string[] {
  const form = /\s*('[^'\\]*'|[A-Za-z_]\w*|==|!=|&&|\|\||[!?:.,+()[\]])/y;
  const tokens: string[] = [];
  while (form.lastIndex < expression.trimEnd().length) {
    const at = form.lastIndex;
    const [, token] = form.exec(expression) ?? [];
    if (token === undefined) throw new Error(`CEL: cannot read ${expression.slice(at)}`);
    tokens.push(token);
  }
  return tokens;
}

/** A value that is only worked out when it is asked for, because && || and ? : leave a side out. */
type Later = () => Value;

class Parser {
  readonly #tokens: readonly string[];
  readonly #assertion: Fields;
  #at = 0;

  constructor(tokens: readonly string[], assertion: Fields) {
    this.#tokens = tokens;
    this.#assertion = assertion;
  }

  expectEnd(): void {
    if (this.#at < this.#tokens.length) throw new Error(`CEL: ${this.#tokens[this.#at]} too many`);
  }

  ternary(): Later {
    const condition = this.#or();
    if (!this.#take("?")) return condition;
    const yes = this.ternary();
    this.#expect(":");
    const no = this.ternary();
    return () => (truth(condition()) ? yes() : no());
  }

  #or(): Later {
    let left = this.#and();
    while (this.#take("||")) {
      const [before, right] = [left, this.#and()];
      left = () => truth(before()) || truth(right());
    }
    return left;
  }

  #and(): Later {
    let left = this.#relation();
    while (this.#take("&&")) {
      const [before, right] = [left, this.#relation()];
      left = () => truth(before()) && truth(right());
    }
    return left;
  }

  #relation(): Later {
    const left = this.#sum();
    if (this.#take("==")) {
      const right = this.#sum();
      return () => left() === right();
    }
    if (this.#take("!=")) {
      const right = this.#sum();
      return () => left() !== right();
    }
    if (!this.#take("in")) return left;
    const right = this.#sum();
    return () => (right() as readonly Value[]).includes(left());
  }

  #sum(): Later {
    let left = this.#unary();
    while (this.#take("+")) {
      const [before, right] = [left, this.#unary()];
      left = () => text(before()) + text(right());
    }
    return left;
  }

  #unary(): Later {
    if (!this.#take("!")) return this.#member();
    const value = this.#unary();
    return () => !truth(value());
  }

  #member(): Later {
    const value = this.#primary();
    if (!this.#take(".")) return value;
    this.#expect("startsWith");
    this.#expect("(");
    const prefix = this.ternary();
    this.#expect(")");
    return () => text(value()).startsWith(text(prefix()));
  }

  #primary(): Later {
    const token = this.#next();
    if (token.startsWith("'")) return () => token.slice(1, -1);
    if (token === "(") {
      const inner = this.ternary();
      this.#expect(")");
      return inner;
    }
    if (token === "[") return this.#list();
    if (token === "has") {
      this.#expect("(");
      const name = this.#field(this.#next());
      this.#expect(")");
      return () => name in this.#assertion;
    }
    const name = this.#field(token);
    return () => {
      const value = this.#assertion[name];
      if (value === undefined) throw new Error(`CEL: no such key: ${name}`);
      return value;
    };
  }

  #field(token: string): string {
    if (token !== "assertion") throw new Error(`CEL: ${token} is unknown`);
    this.#expect(".");
    return this.#next();
  }

  #list(): Later {
    const items = [this.ternary()];
    while (this.#take(",")) items.push(this.ternary());
    this.#expect("]");
    return () => items.map((item) => item());
  }

  #take(token: string): boolean {
    const isNext = this.#tokens[this.#at] === token;
    if (isNext) this.#at++;
    return isNext;
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error("CEL: ends too early");
    return token;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new Error(`CEL: ${token} is missing`);
  }
}

function truth(value: Value): boolean {
  if (typeof value !== "boolean") throw new Error("CEL: no truth value");
  return value;
}

function text(value: Value): string {
  if (typeof value !== "string") throw new Error("CEL: no text");
  return value;
}
