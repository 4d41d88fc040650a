import type { Command } from '../command.ts';
import { projectVersion } from '../server/project.ts';

export const version: Command = {
  summary: 'Print the version',
  positionals: [],
  flags: {},
  run() {
    console.log(`kubewisp ${projectVersion()}`);
    return Promise.resolve(0);
  },
};
