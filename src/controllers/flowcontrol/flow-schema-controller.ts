// Keeps the default priority levels and flow schemas, which come with the cluster, and tells of each flow schema whether its level is there.
// Models kubernetes pkg/registry/flowcontrol/{rest,ensurer} and
// staging/src/k8s.io/apiserver/pkg/util/flowcontrol/apf_controller.go (syncFlowSchemaStatus).

import type { Client } from '../../api/client.ts';
import { AUTO_UPDATE, defaultLevels, defaultSchemas, MANDATORY } from '../../api/flowcontrol/v1/defaults.ts';
import { withDangling } from '../../api/flowcontrol/v1/dangling.ts';
import type { Draft } from '../../api/object.ts';
import type { Result } from '../../api/status.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/types/flowcontrol-v1.ts';
import { deepEqual } from '../../lib/json.ts';
import type { Controller, Outcome } from '../runtime/component.ts';

const SCHEMAS = 'flowschemas.flowcontrol.apiserver.k8s.io';
const LEVELS = 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io';

type Kept = FlowSchema | PriorityLevelConfiguration;

/** A key is `level/NAME` or `schema/NAME`. */
export const flowSchemaController: Controller = {
  name: 'flowschema-status-controller',
  eventSource: 'kube-apiserver',
  watches: {
    [LEVELS]: ({ verb, name }, { client }) => [
      `level/${name}`,
      ...(verb === 'update' ? [] : schemasOf(client, name).map((schema) => `schema/${schema}`)),
    ],
    [SCHEMAS]: ({ name }) => [`schema/${name}`],
  },
  reconcile(key, { client, now }) {
    const [what, name = ''] = key.split('/');
    if (what === 'level') {
      const wanted = defaultLevels().find(({ metadata }) => metadata.name === name);
      return wanted === undefined ? undefined : outcome(keep(client, LEVELS, wanted));
    }
    const wanted = defaultSchemas().find(({ metadata }) => metadata.name === name);
    const kept = wanted === undefined ? undefined : keep(client, SCHEMAS, wanted);
    if (kept?.ok === false) return outcome(kept);
    const schema = client.get(SCHEMAS, '', name);
    if (schema === undefined) return undefined;
    const found = client.get(LEVELS, '', schema.spec?.priorityLevelConfiguration.name ?? '') !== undefined;
    const conditions = withDangling(schema, found, now);
    if (deepEqual(conditions, schema.status?.conditions)) return undefined;
    return outcome(client.updateStatus(SCHEMAS, { ...schema, status: { ...schema.status, conditions } }));
  },
};

function schemasOf(client: Client, level: string): string[] {
  const schemas = client.list(SCHEMAS).filter(({ spec }) => spec?.priorityLevelConfiguration.name === level);
  return schemas.map(({ metadata }) => metadata.name);
}

/** Makes a default object that is missing; one that has changed becomes again what it was, unless it is free to differ. */
function keep<R extends typeof SCHEMAS | typeof LEVELS>(
  client: Client,
  resource: R,
  wanted: Draft<Kept>,
): Result<unknown> | undefined {
  const name = wanted.metadata.name ?? '';
  const old: Kept | undefined = client.get(resource, '', name);
  if (old === undefined) return client.create(resource, wanted as never);
  const { annotations, generation } = old.metadata;
  const mandatory = MANDATORY.has(name);
  // One that nobody has changed yet and nobody has freed is the default's.
  const said = annotations?.[AUTO_UPDATE] ?? String(generation === 1);
  if (!mandatory && said !== 'true') return undefined;
  const next = {
    ...old,
    metadata: { ...old.metadata, annotations: { ...annotations, [AUTO_UPDATE]: 'true' } },
    spec: wanted.spec,
  };
  return deepEqual(next, old) ? undefined : client.update(resource, next as never);
}

function outcome(result: Result<unknown> | undefined): Outcome | undefined {
  if (result === undefined || result.ok || result.status.reason === 'AlreadyExists') return undefined;
  return { error: result.status.message ?? '' };
}
