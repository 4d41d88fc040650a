// What a command declares about itself; `main.ts` parses and prints help from it.

export interface Flag {
  readonly type: 'string' | 'boolean';
  /** One letter: `-n`. */
  readonly short?: string;
  readonly default?: string;
  /** Shown in --help after the flag's name: `--port <number>`. */
  readonly value?: string;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** Values by flag; a flag that was not given and has no default is absent. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  readonly summary: string;
  /** Positional arguments, as shown: `NAME`, `[NAME]`. Brackets mean that it may be left out. */
  readonly positionals: readonly string[];
  readonly flags: Flags;
  /** Resolves to the exit code. */
  run(values: Values, positionals: readonly string[]): Promise<number>;
}

export function text(values: Values, flag: string): string | undefined {
  const value = values[flag];
  return typeof value === 'string' ? value : undefined;
}
