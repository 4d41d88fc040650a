// Regular expressions of schemas, in the syntax and with the guarantees of Go's regexp (RE2: linear time).

import { RE2JS } from 're2js';

/** Go's error text of an expression that does not compile; undefined for a good one. */
export function patternError(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Compiles each expression once; keep one with what it validates. */
export class Patterns {
  readonly #compiled = new Map<string, RE2JS | undefined>();

  /** Whether the expression matches anywhere in the text; one that does not compile matches everything. */
  test(pattern: string, text: string): boolean {
    return this.#compile(pattern)?.matcher(text).find() ?? true;
  }

  /** What the expression matches, from left to right, at most `limit`. */
  find(pattern: string, text: string, limit: number): string[] {
    const matcher = this.#compile(pattern)?.matcher(text);
    const found: string[] = [];
    while (found.length < limit && matcher?.find() === true) found.push(matcher.group() ?? '');
    return found;
  }

  #compile(pattern: string): RE2JS | undefined {
    let compiled = this.#compiled.get(pattern);
    if (compiled === undefined && !this.#compiled.has(pattern)) {
      compiled = patternError(pattern) === undefined ? RE2JS.compile(pattern) : undefined;
      this.#compiled.set(pattern, compiled);
    }
    return compiled;
  }
}
