// Who writes the status that recorded updates were answered with: what differs there alone is the work of a controller
// that does not run here yet.

import { createControllers } from '../../src/controllers/table.ts';
import { fakeTrust } from '../../src/controllers/testing/fake-trust.ts';

/** By resource the name of upstream's controller. */
const STATUS_WRITERS: Readonly<Record<string, string>> = {
  apiservices: 'apiservice-status-available-controller',
  daemonsets: 'daemon-set-controller',
  flowschemas: 'flowschema-status-controller',
  jobs: 'job-controller',
  persistentvolumes: 'persistent-volume-binder',
  poddisruptionbudgets: 'disruption-controller',
  replicationcontrollers: 'replication-controller',
  statefulsets: 'statefulset-controller',
  validatingadmissionpolicies: 'validatingadmissionpolicy-status-controller',
};

const running = new Set(createControllers({ nodeGracePeriodMs: 0, authority: '' }, fakeTrust).map(({ name }) => name));

/** Its controller is not in the table. */
export function isWrittenLater(resource: string): boolean {
  const writer = STATUS_WRITERS[resource];
  return writer !== undefined && !running.has(writer);
}
