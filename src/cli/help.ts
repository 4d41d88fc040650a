import type { Command } from './command.ts';

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

export function overallHelp(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(
    ([name, command]) => [[name, ...command.positionals].join(' '), command.summary] as const,
  );
  return `Kubewisp: a Kubernetes control plane in a URL.

Usage: kubewisp COMMAND [flags]

Commands:
${columns(rows)}

kubewisp COMMAND --help shows the flags of a command.`;
}

export function commandHelp(name: string, command: Command): string {
  const rows = Object.entries(command.flags).map(([flag, { value, help, short, default: standard }]) => {
    const name = short === undefined ? `--${flag}` : `-${short}, --${flag}`;
    const left = value === undefined ? name : `${name} <${value}>`;
    return [left, standard === undefined ? help : `${help} (default ${standard})`] as const;
  });
  const usage = ['Usage: kubewisp', name, ...command.positionals, ...(rows.length > 0 ? ['[flags]'] : [])].join(' ');
  return `${command.summary}\n\n${usage}${rows.length > 0 ? `\n\nFlags:\n${columns(rows)}` : ''}`;
}
