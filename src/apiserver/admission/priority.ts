// A pod's priority: the system's two classes by name; every other pod has 0 until PriorityClass objects are served.
// Models kubernetes plugin/pkg/admission/priority.

import { forbiddenStatus } from '../../api/status.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import type { AdmissionPlugin } from './plugin.ts';

const SYSTEM: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);

/** The policy of every class until PriorityClass objects are served. */
const PREEMPTS = 'PreemptLowerPriority';

export const priority: AdmissionPlugin = {
  name: 'Priority',

  mutate(object, old, { operation, kind, subresource }) {
    if (operation === 'DELETE' || kind.resource !== 'pods' || kind.group !== '' || subresource !== '') return undefined;
    const spec = (object as Pod).spec;
    if (spec === undefined) return undefined;
    if (old !== undefined) {
      // An update that leaves out what was computed keeps it.
      const { priority: before, preemptionPolicy } = (old as Pod).spec ?? {};
      if (before !== undefined) spec.priority ??= before;
      if (preemptionPolicy !== undefined) spec.preemptionPolicy ??= preemptionPolicy;
      return undefined;
    }
    const name = spec.priorityClassName ?? '';
    const value = name === '' ? 0 : SYSTEM.get(name);
    const refuse = (why: string) => forbiddenStatus({ group: '', resource: 'pods' }, object.metadata.name ?? '', why);
    if (value === undefined) return refuse(`no PriorityClass with name ${name} was found`);
    if (spec.priority !== undefined && spec.priority !== value) {
      return refuse(
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      );
    }
    spec.priority = value;
    const policy = spec.preemptionPolicy ?? PREEMPTS;
    if (policy !== PREEMPTS) {
      return refuse(
        `the string value of PreemptionPolicy (${policy}) must not be provided in pod spec; priority admission controller computed ${PREEMPTS} from the given PriorityClass name`,
      );
    }
    spec.preemptionPolicy = policy;
    return undefined;
  },
};
