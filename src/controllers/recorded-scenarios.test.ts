// Recorded runs of a real control plane: what is left at the end, and which events the controllers recorded.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONTROLLERS } from './table.ts';
import type { Recorded } from './testing/scenario.ts';
import { Scenario } from './testing/scenario.ts';

const FILE = new URL('../../../shared/oracle/behaviour/controllers.jsonl', import.meta.url);
const SOURCES = ['deployment-controller', 'replicaset-controller', 'garbage-collector-controller'];
const KINDS = ['ConfigMap', 'Deployment', 'Pod', 'ReplicaSet'];

const IDS = process.env['IDS']?.split(',') ?? [];

function load(): Recorded[] {
  if (!existsSync(FILE)) {
    if (process.env['CI'] === 'true') throw new Error('the recorded scenarios must be there under CI');
    console.warn('skipped: no recorded scenarios beside the repository');
    return [];
  }
  const lines = readFileSync(FILE, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Recorded).filter(({ id }) => IDS.includes(id));
}

describe.each(load())('$id: $title', (recorded) => {
  const scenario = new Scenario(recorded, CONTROLLERS);
  scenario.play();

  it('leaves the same objects', () => {
    expect(scenario.outcome(KINDS)).toEqual(scenario.recordedOutcome(KINDS));
  });

  it('records the same events', () => {
    expect(scenario.events(SOURCES)).toEqual(scenario.recordedEvents(SOURCES));
  });
});
