// The objects by which a cluster describes its own API: its priority levels and flow schemas, and an APIService for each group
// version that is built in. Made as their controllers would leave them, so that these have nothing to do in a new cluster.
// Models kubernetes pkg/registry/flowcontrol/rest and pkg/controlplane/apiserver/aggregator.go.

import { builtInServices } from '../api/apiregistration/v1/local-services.ts';
import type { Client } from '../api/client.ts';
import { withDangling } from '../api/flowcontrol/v1/dangling.ts';
import { defaultLevels, defaultSchemas } from '../api/flowcontrol/v1/defaults.ts';
import type { Result } from '../api/status.ts';

const SCHEMAS = 'flowschemas.flowcontrol.apiserver.k8s.io';
const LEVELS = 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io';
const SERVICES = 'apiservices.apiregistration.k8s.io';

/** Makes those that are missing. Answers what could not be done, and why. */
export function ensureApiDefaults(client: Client): string[] {
  const results: Array<Result<unknown>> = [];
  for (const level of defaultLevels()) {
    if (client.get(LEVELS, '', level.metadata.name ?? '') === undefined) results.push(client.create(LEVELS, level));
  }
  for (const schema of defaultSchemas()) {
    if (client.get(SCHEMAS, '', schema.metadata.name ?? '') !== undefined) continue;
    const created = client.create(SCHEMAS, schema);
    if (created.ok) {
      const { creationTimestamp } = created.value.metadata;
      const conditions = withDangling(schema, true, Date.parse(creationTimestamp));
      results.push(client.updateStatus(SCHEMAS, { ...created.value, status: { conditions } }));
    } else results.push(created);
  }
  for (const service of builtInServices()) {
    if (client.get(SERVICES, '', service.metadata.name ?? '') === undefined) {
      results.push(client.create(SERVICES, service));
    }
  }
  return results.flatMap((result) => (result.ok ? [] : [`description of the API: ${result.status.message ?? ''}`]));
}
