// A pod that names a RuntimeClass pays its overhead and runs where it can run.
// Models kubernetes plugin/pkg/admission/runtimeclass and pkg/util/tolerations.

import { runtimeClass as runtimeClassKind } from '../../api/node/v1/runtime-class.ts';
import type { ResourceList } from '../../api/core/v1/resource-lists.ts';
import { quantityIn } from '../../api/core/v1/resource-lists.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Status } from '../../api/status.ts';
import type { Pod, PodSpec, Toleration } from '../../api/types/core-v1.ts';
import type { RuntimeClass } from '../../api/types/node-v1.ts';
import { deepEqual, own } from '../../lib/json.ts';
import { goQuote } from '../../schema/go-text.ts';
import { compareQuantity } from '../../schema/quantity.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';
import { refuse } from './plugin.ts';

const OTHER_OVERHEAD = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  resources: ['pods'],

  mutate(object, _old, attributes) {
    const spec = specOf(object, attributes);
    if (spec?.runtimeClassName === undefined) return undefined;
    const found = attributes.store.get(runtimeClassKind, '', spec.runtimeClassName) as RuntimeClass | undefined;
    if (found === undefined) {
      return refuse(attributes, object, `pod rejected: RuntimeClass ${goQuote(spec.runtimeClassName)} not found`);
    }
    const overhead = found.overhead?.podFixed;
    if (overhead !== undefined) {
      if (spec.overhead !== undefined && !isSame(spec.overhead, overhead)) {
        return refuse(attributes, object, OTHER_OVERHEAD);
      }
      spec.overhead = { ...overhead };
    }
    return found.scheduling === undefined ? undefined : place(spec, found.scheduling, object, attributes);
  },

  validate(object, _old, attributes) {
    const spec = specOf(object, attributes);
    if (spec === undefined) return undefined;
    const { runtimeClassName: name, overhead } = spec;
    const found = name === undefined ? undefined : attributes.store.get(runtimeClassKind, '', name);
    const fixed = (found as RuntimeClass | undefined)?.overhead?.podFixed;
    if (fixed !== undefined) {
      return overhead !== undefined && isSame(overhead, fixed) ? undefined : refuse(attributes, object, OTHER_OVERHEAD);
    }
    if (overhead === undefined) return undefined;
    return refuse(
      attributes,
      object,
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    );
  },
};

function specOf(object: Pod | undefined, { operation, subresource }: Attributes): PodSpec | undefined {
  return operation === 'CREATE' && subresource === '' ? object?.spec : undefined;
}

function isSame(a: ResourceList, b: ResourceList): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => own(b, name) !== undefined && compareQuantity(quantityIn(a[name]), quantityIn(b[name])) === 0)
  );
}

function place(
  spec: PodSpec,
  { nodeSelector, tolerations }: NonNullable<RuntimeClass['scheduling']>,
  object: KubeObject,
  attributes: Attributes,
): Status | undefined {
  for (const [key, value] of Object.entries(nodeSelector ?? {})) {
    const other = own(spec.nodeSelector, key);
    if (other === undefined || other === value) continue;
    const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${other}`;
    return refuse(attributes, object, why);
  }
  if (nodeSelector !== undefined) spec.nodeSelector = { ...spec.nodeSelector, ...nodeSelector };
  const merged = mergeTolerations([...(spec.tolerations ?? []), ...(tolerations ?? [])]);
  if (merged.length > 0) spec.tolerations = merged;
  return undefined;
}

/** Without those that others among them include; of equal ones the first stays. */
function mergeTolerations(all: readonly Toleration[]): Toleration[] {
  const merged: Toleration[] = [];
  for (const [index, item] of all.entries()) {
    if (merged.some((other) => includes(other, item))) continue;
    if (all.slice(index + 1).some((other) => !deepEqual(other, item) && includes(other, item))) continue;
    merged.push(item);
  }
  return merged;
}

function includes(whole: Toleration, part: Toleration): boolean {
  if (deepEqual(whole, part)) return true;
  if ((part.key ?? '') !== (whole.key ?? '') && ((whole.key ?? '') !== '' || whole.operator !== 'Exists')) return false;
  if ((part.effect ?? '') !== (whole.effect ?? '') && (whole.effect ?? '') !== '') return false;
  if (whole.effect === 'NoExecute' && whole.tolerationSeconds !== undefined) {
    if (part.tolerationSeconds === undefined || part.tolerationSeconds > whole.tolerationSeconds) return false;
  }
  if (whole.operator === 'Exists') return true;
  const equal = (whole.operator ?? '') === '' || whole.operator === 'Equal';
  return equal && part.operator === 'Equal' && (part.value ?? '') === (whole.value ?? '');
}
