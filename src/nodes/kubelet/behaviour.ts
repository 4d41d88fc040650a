// What a container does once it runs. The port is one function, so that another runtime can take this one's place;
// here, an image runs for ever and a command is understood as far as it is plain: `true`, `sleep 5`, `sh -c "echo hi; exit 3"`.

import type { Container } from '../../api/types/core-v1.ts';

export interface Behaviour {
  /** It ends by itself. Absent: it runs for ever. */
  readonly exit?: { readonly afterMs: number; readonly code: number };
  /** How it answers SIGTERM. Absent: it does not, and is killed when the grace period is over. */
  readonly onTerm?: { readonly afterMs: number; readonly code: number };
}

export type ContainerBehaviour = (container: Container) => Behaviour;

/** A process with a signal handler, as servers have. */
const SERVER: Behaviour = { onTerm: { afterMs: 500, code: 0 } };

const SHELLS = new Set(['sh', 'bash', 'ash', 'dash']);
/** Commands that end at once with code 0 whatever their arguments. */
const INSTANT = new Set([
  ':',
  'cat',
  'cp',
  'date',
  'echo',
  'env',
  'hostname',
  'id',
  'ls',
  'mkdir',
  'printf',
  'pwd',
  'rm',
  'set',
  'touch',
  'true',
  'uname',
  'whoami',
]);
const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** The container's own entry point decides where no command is given: it is taken for a server. */
export const plainBehaviour: ContainerBehaviour = (container) => {
  const argv = [...(container.command ?? []), ...(container.args ?? [])];
  const ran = run(argv);
  if (ran === undefined) return SERVER;
  // PID 1 without a handler does not notice SIGTERM: `sleep 3600` lasts until it is killed.
  return ran.endless ? {} : { exit: { afterMs: ran.ms, code: ran.code } };
};

interface Ran {
  readonly ms: number;
  readonly code: number;
  /** It sleeps for ever. */
  readonly endless?: boolean;
  /** `exit` was called: what follows does not run. */
  readonly left?: boolean;
}

/** Undefined: not understood. */
function run(argv: readonly string[], last = 0): Ran | undefined {
  const command = (argv[0] ?? '').replace(/^.*\//, '');
  const rest = argv.slice(1);
  if (command === '') return undefined;
  if (INSTANT.has(command)) return { ms: 0, code: 0 };
  if (command === 'false') return { ms: 0, code: 1 };
  if (command === 'sleep') return sleep(rest);
  if (command === 'exit') return { ms: 0, code: rest[0] === undefined ? last : Number(rest[0]) & 255, left: true };
  if (SHELLS.has(command)) {
    const flag = rest.findIndex((word) => /^-[a-z]*c$/.test(word));
    const script = flag === -1 ? undefined : rest[flag + 1];
    return script === undefined ? undefined : runScript(script);
  }
  return undefined;
}

function sleep(words: readonly string[]): Ran | undefined {
  let ms = 0;
  for (const word of words) {
    if (word === 'infinity') return { ms: 0, code: 137, endless: true };
    const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(word);
    if (match === null) return { ms: 0, code: 1 };
    ms += Number(match[1]) * (SECONDS[match[2] ?? ''] ?? 1) * 1000;
  }
  return words.length === 0 ? { ms: 0, code: 1 } : { ms, code: 0 };
}

/** A list of simple commands joined by `;`, newline, `&&` and `||`. Anything else is not understood. */
function runScript(script: string): Ran | undefined {
  const words = tokenize(script);
  if (words === undefined) return undefined;
  let ms = 0;
  let code = 0;
  let skip = false;
  let argv: string[] = [];
  for (const word of [...words, { op: ';' }]) {
    if (typeof word === 'string') {
      argv.push(word);
      continue;
    }
    if (argv.length > 0 && !skip) {
      const ran = run(argv, code);
      if (ran === undefined) return undefined;
      if (ran.endless === true) return ran;
      ms += ran.ms;
      code = ran.code;
      if (ran.left === true) return { ms, code };
    }
    argv = [];
    skip = word.op === '&&' ? code !== 0 : word.op === '||' ? code === 0 : false;
  }
  return { ms, code };
}

type Token = string | { readonly op: string };

/** Undefined: the script uses more of the shell than words, quotes, redirections and lists. */
function tokenize(script: string): Token[] | undefined {
  const tokens: Token[] = [];
  const pattern = /\s*(?:(#[^\n]*)|(&&|\|\||;|\n)|\d?>>?\s*(?:&\d|[\w./-]+)|('[^']*'|"[^"]*"|[^\s;&|<>(){}'"#]+)+)/y;
  const text = script.replace(/[ \t\r]+/g, ' ').trim();
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null || match[0] === '') return undefined;
    at = pattern.lastIndex;
    if (match[1] !== undefined) continue;
    // A newline inside the leading white space ends a command as `;` does.
    if (/^\s*\n/.test(match[0]) && match[2] === undefined) tokens.push({ op: ';' });
    if (match[2] !== undefined) tokens.push({ op: match[2] });
    else if (match[3] !== undefined) {
      const word = match[0].trim();
      if (/\$\(|`/.test(word.replace(/'[^']*'/g, ''))) return undefined;
      tokens.push(
        word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
      );
    }
    if (text[at] === ' ') at += 1;
  }
  return tokens;
}
