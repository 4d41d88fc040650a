import { describe, expect, test } from 'vitest';
import { oracleRecords } from '../../../schema/testing/oracle.ts';
import type { Cell, Kind } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import type { ContainerStatus, Pod, PodSpec, PodStatus } from '../../types/core-v1.ts';
import { namespace } from './namespace.ts';
import { node } from './node.ts';
import { podPrinter } from './pod-printer.ts';
import { pod } from './pod.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');

function row(spec: Partial<PodSpec>, status: PodStatus, deleted = false): Cell[] {
  const object: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(deleted ? { deletionTimestamp: '2026-01-01T00:30:00Z' } : {}),
    },
    spec: { containers: [{ name: 'a' }], ...spec },
    status,
  };
  return podPrinter.cells(object, NOW).slice(1, 4);
}

function container(state: ContainerStatus['state'], more: Partial<ContainerStatus> = {}): ContainerStatus {
  return { name: 'a', image: 'i', imageID: '', ready: false, restartCount: 0, ...(state ? { state } : {}), ...more };
}

const running = container({ running: {} }, { ready: true });
const sidecar = { name: 's', restartPolicy: 'Always' };

describe('Ready, Status and Restarts of a pod', () => {
  test.each<[string, Partial<PodSpec>, PodStatus, Cell[]]>([
    ['nothing runs yet', {}, { phase: 'Pending' }, ['0/1', 'Pending', '0']],
    ['a status reason', {}, { phase: 'Failed', reason: 'Evicted' }, ['0/1', 'Evicted', '0']],
    [
      'held at a gate',
      {},
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
      ['0/1', 'SchedulingGated', '0'],
    ],
    ['runs', {}, { phase: 'Running', containerStatuses: [running] }, ['1/1', 'Running', '0']],
    [
      'waits',
      {},
      { phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })] },
      ['0/1', 'ContainerCreating', '0'],
    ],
    [
      'ended by a signal',
      {},
      { phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })] },
      ['0/1', 'Signal:9', '0'],
    ],
    [
      'ended without a reason',
      {},
      { phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 3 } })] },
      ['0/1', 'ExitCode:3', '0'],
    ],
    [
      'restarted',
      {},
      {
        phase: 'Running',
        containerStatuses: [
          {
            ...running,
            restartCount: 2,
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:55:00Z' } },
          },
        ],
      },
      ['1/1', 'Running', '2 (5m ago)'],
    ],
    [
      'one container completed, one ready',
      { containers: [{ name: 'a' }, { name: 'b' }] },
      {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [container({ terminated: { exitCode: 0, reason: 'Completed' } }), { ...running, name: 'b' }],
      },
      ['1/2', 'Running', '0'],
    ],
    [
      'an init container runs',
      { initContainers: [{ name: 'x' }, { name: 'y' }] },
      {
        phase: 'Pending',
        initContainerStatuses: [
          container({ terminated: { exitCode: 0 } }, { name: 'x' }),
          container({ running: {} }, { name: 'y' }),
        ],
      },
      ['0/1', 'Init:1/2', '0'],
    ],
    [
      'an init container failed',
      { initContainers: [{ name: 'x' }] },
      {
        phase: 'Pending',
        initContainerStatuses: [container({ terminated: { exitCode: 2 } }, { name: 'x', restartCount: 1 })],
      },
      ['0/1', 'Init:ExitCode:2', '1'],
    ],
    [
      'a sidecar counts',
      { initContainers: [sidecar] },
      {
        phase: 'Running',
        initContainerStatuses: [{ ...running, name: 's', started: true, restartCount: 1 }],
        containerStatuses: [running],
      },
      ['2/2', 'Running', '1'],
    ],
  ])('%s', (_, spec, status, cells) => {
    expect(row(spec, status)).toEqual(cells);
  });

  test('a deleted pod', () => {
    expect(row({}, { phase: 'Running', containerStatuses: [running] }, true)).toEqual(['1/1', 'Terminating', '0']);
    expect(row({}, { phase: 'Succeeded' }, true)).toEqual(['0/1', 'Succeeded', '0']);
    expect(row({}, { phase: 'Running', reason: 'NodeLost' }, true)).toEqual(['0/1', 'Unknown', '0']);
  });

  test('a finished pod carries a row condition', () => {
    const finished = { status: { phase: 'Succeeded' } } as Pod;
    expect(podPrinter.conditions?.(finished)).toEqual([
      { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
    ]);
  });
});

interface RecordedTable {
  readonly id: string;
  readonly object?: KubeObject;
  readonly response: {
    readonly body: {
      readonly columnDefinitions: Array<{ name: string; type: string; format: string; priority: number }>;
      readonly rows: Array<{ cells: Cell[]; conditions?: unknown }>;
    };
  };
}

const KINDS: Readonly<Record<string, Kind>> = {
  'pod-minimal/list': pod,
  'node/list': node,
  'namespace/list': namespace,
};
const TABLES = (oracleRecords<RecordedTable>('oracle/api/tables.jsonl') ?? []).filter(({ id }) => id in KINDS);

describe.runIf(TABLES.length > 0)('recorded tables', () => {
  test.each(TABLES)('$id', ({ id, object, response: { body } }) => {
    const printer = KINDS[id]?.printer;
    if (printer === undefined || object === undefined) throw new Error('a table without its object');
    const columns = printer.columns.map(({ name, type, format = '', priority = 0 }) => ({
      name,
      type,
      format,
      priority,
    }));
    expect(columns).toEqual(
      body.columnDefinitions.map(({ name, type, format, priority }) => ({ name, type, format, priority })),
    );
    const cells = printer.cells(
      { ...object, metadata: { ...object.metadata, creationTimestamp: '2026-01-01T00:00:00Z' } },
      NOW,
    );
    expect(cells.map((cell) => (cell === '60m' ? '<age>' : cell))).toEqual(body.rows[0]?.cells);
  });
});
