#!/usr/bin/env node
// The command line: `kubewisp COMMAND [flags]`. One file a command, in `commands/`.

import { parseArgs } from 'node:util';
import type { Command, Values } from './command.ts';
import { create } from './commands/create.ts';
import { deleteCluster } from './commands/delete.ts';
import { kubeconfig } from './commands/kubeconfig.ts';
import { list } from './commands/list.ts';
import { node } from './commands/node.ts';
import { up } from './commands/up.ts';
import { version } from './commands/version.ts';
import { why } from './commands/why.ts';
import { commandHelp, overallHelp } from './help.ts';
import { Refusal } from './refusal.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  up,
  create,
  list,
  delete: deleteCluster,
  kubeconfig,
  node,
  why,
  version,
};

function parse(command: Command, args: readonly string[]): { values: Values; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => [
      name,
      {
        type: flag.type,
        ...(flag.short === undefined ? {} : { short: flag.short }),
        ...(flag.default === undefined ? {} : { default: flag.default }),
      },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    // parseArgs explains itself in its first sentence; the rest is advice about `--`.
    const [sentence] = (error as Error).message.split('. ');
    throw new Refusal(`${sentence} (see --help)`);
  }
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(overallHelp(COMMANDS));
    return name === undefined ? 1 : 0;
  }
  if (name === '--version') return version.run({}, []);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new Refusal(`there is no command "${name}" (see --help)`);
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(commandHelp(name, command));
    return 0;
  }
  const { values, positionals } = parse(command, rest);
  const required = command.positionals.filter((positional) => !positional.startsWith('['));
  if (positionals.length < required.length) throw new Refusal(`${name}: ${required.join(' ')} is missing (see --help)`);
  if (positionals.length > command.positionals.length) {
    throw new Refusal(`${name}: unexpected argument "${positionals[command.positionals.length]}" (see --help)`);
  }
  return command.run(values, positionals);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`kubewisp: ${error.message}`);
  process.exitCode = 1;
}
