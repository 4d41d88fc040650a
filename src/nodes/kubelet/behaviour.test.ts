import { describe, expect, it } from 'vitest';

import { plainBehaviour } from './behaviour.ts';

const of = (command?: string[], args?: string[]) =>
  plainBehaviour({ name: 'c', ...(command === undefined ? {} : { command }), ...(args === undefined ? {} : { args }) });
const script = (text: string) => of(['sh', '-c', text]);
const exits = (afterMs: number, code: number) => ({ exit: { afterMs, code } });

describe('what a command does', () => {
  it('runs for ever where nothing says otherwise, and stops soon when told to', () => {
    const server = { onTerm: { afterMs: 500, code: 0 } };
    expect(of()).toEqual(server);
    expect(of(undefined, ['--port=80'])).toEqual(server);
    expect(of(['nginx', '-g', 'daemon off;'])).toEqual(server);
    expect(script('while true; do sleep 1; done')).toEqual(server);
    expect(script('trap "exit 0" TERM; sleep 9')).toEqual(server);
    expect(script('echo $(date); sleep 1')).toEqual(server);
    expect(script('yes | head')).toEqual(server);
  });

  it('understands single commands', () => {
    expect(of(['true'])).toEqual(exits(0, 0));
    expect(of(['/bin/false'])).toEqual(exits(0, 1));
    expect(of(['sleep', '1.5'])).toEqual(exits(1500, 0));
    expect(of(undefined, ['sleep', '2m'])).toEqual(exits(120_000, 0));
    expect(of(['sleep', 'x'])).toEqual(exits(0, 1));
    expect(of(['echo', 'hi'])).toEqual(exits(0, 0));
  });

  it('does not notice SIGTERM in a process without a handler', () => {
    expect(of(['sleep', 'infinity'])).toEqual({});
    expect(script('sleep 3600').onTerm).toBeUndefined();
  });

  it('understands lists of commands', () => {
    expect(script('exit 3')).toEqual(exits(0, 3));
    expect(script('echo hello; sleep 2; exit 7; sleep 100')).toEqual(exits(2000, 7));
    expect(script('false && sleep 5')).toEqual(exits(0, 1));
    expect(script('false || sleep 5')).toEqual(exits(5000, 0));
    expect(script('true && sleep 1 && false; exit')).toEqual(exits(1000, 1));
    expect(script('\n  echo a # not; exit 9\n  sleep 1\n')).toEqual(exits(1000, 0));
    expect(script('echo "a; b" > /tmp/x 2>&1; exit 4')).toEqual(exits(0, 4));
    expect(of(['/bin/sh', '-ec'], ["echo 'it works'; exit 256"])).toEqual(exits(0, 0));
    expect(of(['bash', '-c', 'sh -c "exit 5"'])).toEqual(exits(0, 5));
  });
});
