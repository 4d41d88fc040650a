// The query and path parameters of operations, by name.

import type { JsonValue } from '../../lib/json.ts';

const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'];
const DELETE = [
  'dryRun',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'propagationPolicy',
];
const SELECT = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
];

export const WATCH_PARAMETERS: readonly string[] = [...SELECT, 'watch'];

export const PARAMETERS = {
  create: WRITE,
  update: WRITE,
  patch: [...WRITE, 'force'],
  delete: DELETE,
  deletecollection: [...SELECT.filter((name) => name !== 'allowWatchBookmarks'), ...DELETE],
} as const satisfies Record<string, readonly string[]>;

const STREAMS = ['container', 'stderr', 'stdin', 'stdout', 'tty'];

/** By the kind of a connection's options. */
export const CONNECT_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  PodExecOptions: ['command', ...STREAMS],
  PodAttachOptions: STREAMS,
  PodPortForwardOptions: ['ports'],
  PodProxyOptions: ['path'],
  ServiceProxyOptions: ['path'],
  NodeProxyOptions: ['path'],
  Pod: [
    'container',
    'follow',
    'insecureSkipTLSVerifyBackend',
    'limitBytes',
    'pretty',
    'previous',
    'sinceSeconds',
    'stream',
    'tailLines',
    'timestamps',
  ],
};

const INTEGERS: readonly string[] = [
  'gracePeriodSeconds',
  'limit',
  'limitBytes',
  'ports',
  'sinceSeconds',
  'tailLines',
  'timeoutSeconds',
];
const BOOLEANS: readonly string[] = [
  'allowWatchBookmarks',
  'follow',
  'force',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'insecureSkipTLSVerifyBackend',
  'orphanDependents',
  'previous',
  'sendInitialEvents',
  'stderr',
  'stdin',
  'stdout',
  'timestamps',
  'tty',
  'watch',
];

export function inQuery(name: string): JsonValue {
  const type = INTEGERS.includes(name) ? 'integer' : BOOLEANS.includes(name) ? 'boolean' : 'string';
  return { name, in: 'query', schema: { type, uniqueItems: true } };
}

export function inPath(name: string): JsonValue {
  return { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}
