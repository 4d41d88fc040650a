// Recorded values stand in placeholders: `<uid1>`, `<rv2>`, `<time>`. A recorded text that holds some matches an
// actual text if each placeholder can stand for one value, the same wherever it occurs in a scenario.
//
//   recorded `pods "<uid1>" at <time>`   actual `pods "0b1c…" at 2026-01-02T03:04:05Z`   binds <uid1> = 0b1c…

const PLACEHOLDER = /<(?:rv|uid|ip|continue|rand)\d+>|<(?:time|age|token|ca|address|port|scheme|any)>/g;

const PATTERNS: Readonly<Record<string, string>> = {
  rv: '[0-9]+',
  uid: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  ip: '[0-9.]+',
  continue: '[A-Za-z0-9_-]+',
  rand: '[a-z0-9]{5}',
  time: '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z',
  age: '[0-9a-z<>]+',
  token: '[A-Za-z0-9_.-]+',
  any: '.*?',
};

export class Bindings {
  readonly #values = new Map<string, string>();
  /** What `<time>` stands for in a request: any time that was seen will do. */
  #lastTime: string | undefined;
  /** What `<token>` stands for in a request: the one that was issued last. */
  #lastToken: string | undefined;

  /** Whether the actual text is one that the recorded text stands for; binds what is new. */
  match(recorded: string, actual: string): boolean {
    if (!recorded.includes('<')) return recorded === actual;
    const names: string[] = [];
    let pattern = '';
    let end = 0;
    for (const found of recorded.matchAll(PLACEHOLDER)) {
      const name = found[0];
      pattern += escapePattern(recorded.slice(end, found.index));
      const bound = this.#values.get(name);
      if (bound === undefined) {
        const type = name.slice(1, -1).replace(/\d+$/, '');
        pattern += `(${PATTERNS[type] ?? '.*?'})`;
        names.push(name);
      } else pattern += escapePattern(bound);
      end = found.index + name.length;
    }
    pattern += escapePattern(recorded.slice(end));
    const matched = new RegExp(`^${pattern}$`, 's').exec(actual);
    if (matched === null) return false;
    names.forEach((name, index) => {
      const value = matched[index + 1] ?? '';
      // Times, ages and the like keep no identity.
      if (/\d>$/.test(name)) this.#values.set(name, value);
      else if (name === '<time>') this.#lastTime = value;
      else if (name === '<token>') this.#lastToken = value;
    });
    return true;
  }

  /** A request's text with the values of this run; what is not bound yet stays as it is. */
  fill(text: string): string {
    return text.replaceAll(PLACEHOLDER, (name) => this.#values.get(name) ?? this.#last(name) ?? name);
  }

  #last(name: string): string | undefined {
    if (name === '<time>') return this.#lastTime;
    return name === '<token>' ? this.#lastToken : undefined;
  }
}

export function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
