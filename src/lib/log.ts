// Structured logs: one JSON line an event. Callers pass facts, never tokens or bodies.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  readonly debug: (event: string, fields?: LogFields) => void;
  readonly info: (event: string, fields?: LogFields) => void;
  readonly warn: (event: string, fields?: LogFields) => void;
  readonly error: (event: string, fields?: LogFields) => void;
}

/** `level`: the lowest one written; anything unknown means `warn`. `fields` go onto every line. */
export function createLogger(options: {
  readonly level: string | undefined;
  readonly fields?: LogFields;
  readonly write?: (line: string) => void;
}): Logger {
  const write = options.write ?? ((line: string) => console.log(line));
  const known = LEVELS.indexOf(options.level as LogLevel);
  const lowest = known < 0 ? LEVELS.indexOf('warn') : known;
  const at = (level: LogLevel) =>
    LEVELS.indexOf(level) < lowest
      ? () => {}
      : (event: string, fields?: LogFields) =>
          write(JSON.stringify({ time: new Date().toISOString(), level, event, ...options.fields, ...fields }));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** What a log line says of something thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
}
