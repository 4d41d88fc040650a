// A pod's priority is that of its PriorityClass, or of the default class; and there is one default class only.
// Models kubernetes plugin/pkg/admission/priority and, for deletes, pkg/registry/scheduling/priorityclass/storage.

import type { KubeObject } from '../../api/object.ts';
import {
  DEFAULT_PRIORITY_CLASS_TERM,
  priorityClass as priorityClassKind,
  SYSTEM_PRIORITY_CLASSES,
} from '../../api/scheduling/v1/priority-class.ts';
import type { Status } from '../../api/status.ts';
import type { Pod } from '../../api/types/core-v1.ts';
import type { PriorityClass } from '../../api/types/scheduling-v1.ts';
import type { Store } from '../../registry/store.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';
import { refuse } from './plugin.ts';

const RESOURCE = 'priorityclasses.scheduling.k8s.io';

export const priority: AdmissionPlugin = {
  name: 'Priority',
  resources: ['pods', RESOURCE],

  mutate(object, old, attributes) {
    const { operation, kind, subresource } = attributes;
    if (kind.resource !== 'pods' || subresource !== '') return undefined;
    if (operation === 'CREATE') return resolve(object, attributes);
    if (operation === 'UPDATE') keep(object, old as Pod);
    return undefined;
  },

  validate(object, _old, attributes) {
    const { operation, kind, subresource, name, store } = attributes;
    if (kind.resource !== 'priorityclasses' || subresource !== '') return undefined;
    if (operation === 'DELETE') {
      if (!SYSTEM_PRIORITY_CLASSES.has(name)) return undefined;
      return refuse(attributes, object, 'this is a system priority class and cannot be deleted');
    }
    if ((object as PriorityClass).globalDefault !== true) return undefined;
    const standard = defaultClass(store);
    if (standard === undefined || (operation === 'UPDATE' && standard.metadata.name === name)) return undefined;
    const why = `PriorityClass ${standard.metadata.name} is already marked as default. Only one default can exist`;
    return refuse(attributes, object, why);
  },
};

function resolve(pod: Pod, attributes: Attributes): Status | undefined {
  const { spec } = pod;
  if (spec === undefined) return undefined;
  const name = spec.priorityClassName ?? '';
  const found = name === '' ? defaultClass(attributes.store) : attributes.store.get(priorityClassKind, '', name);
  if (name !== '' && found === undefined)
    return refuse(attributes, pod, `no PriorityClass with name ${name} was found`);
  const { value = 0, preemptionPolicy = 'PreemptLowerPriority' } = (found ?? {}) as Partial<PriorityClass>;
  if (found !== undefined) spec.priorityClassName = found.metadata.name;
  if (spec.priority !== undefined && spec.priority !== value) {
    const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
    return refuse(attributes, pod, why);
  }
  spec.priority = value;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    const why = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`;
    return refuse(attributes, pod, why);
  }
  spec.preemptionPolicy = preemptionPolicy;
  return undefined;
}

/** An update that leaves out what was computed keeps it. */
function keep({ spec }: Pod, { spec: before }: Pod): void {
  if (spec === undefined || before === undefined) return;
  if (before.priority !== undefined) spec.priority ??= before.priority;
  if (before.preemptionPolicy !== undefined) spec.preemptionPolicy ??= before.preemptionPolicy;
}

/** Of several, which only a race elsewhere could have left, the lowest. */
function defaultClass(store: Store): (KubeObject & PriorityClass) | undefined {
  let lowest: PriorityClass | undefined;
  for (const row of store.log.byTerm(DEFAULT_PRIORITY_CLASS_TERM, RESOURCE)) {
    const found = store.parseStored(row) as PriorityClass;
    if (lowest === undefined || (found.value ?? 0) < (lowest.value ?? 0)) lowest = found;
  }
  return lowest;
}
