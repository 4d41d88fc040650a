// Golden tests of the kubelet: `golden/*.input.yaml` tells of a node, of what the cluster hands in and when;
// `*.output.yaml` is what the kubelet then says, with symbolic time. `UPDATE_GOLDEN=1` writes the outputs anew.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

import { play } from './testing/play.ts';
import type { Scenario } from './testing/play.ts';

const FOLDER = join(import.meta.dirname, 'golden');

describe('kubelet', () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.input.yaml'))) {
    it(file.replace('.input.yaml', ''), () => {
      const scenario = parse(readFileSync(join(FOLDER, file), 'utf8')) as Scenario;
      const output = play(scenario);
      const path = join(FOLDER, file.replace('.input.', '.output.'));
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, stringify(output, { lineWidth: 0 }));
      expect(output).toEqual(parse(readFileSync(path, 'utf8')));
    });
  }
});
