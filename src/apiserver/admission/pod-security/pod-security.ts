// Pods keep to the security standard that their namespace enforces; what would not keep to the one that it warns of is
// warned of, templates of pods too. A namespace that begins to enforce is told which of its pods do not keep to it.
// Models kubernetes staging/src/k8s.io/pod-security-admission/admission and plugin/pkg/admission/security/podsecurity.

import type { KubeObject } from '../../../api/object.ts';
import type { Status } from '../../../api/status.ts';
import { invalidStatus } from '../../../api/status.ts';
import type { Pod, PodTemplateSpec } from '../../../api/types/core-v1.ts';
import { deepEqual } from '../../../lib/json.ts';
import { goQuote } from '../../../schema/go-text.ts';
import type { AdmissionPlugin, Attributes } from '../plugin.ts';
import { refuse } from '../plugin.ts';
import type { AnyContainer } from './check.ts';
import { allContainers } from './check.ts';
import { detailText, reasonText, violations } from './evaluate.ts';
import type { Policy, Standard } from './policy.ts';
import { compareLevels, policyOf, PREFIX, standardText } from './policy.ts';

const UNSPECIFIC: ReadonlySet<string> = new Set([
  'attach',
  'binding',
  'eviction',
  'exec',
  'log',
  'portforward',
  'proxy',
  'status',
]);
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
/** More pods of a namespace are not looked at. */
const MOST_PODS = 3000;

export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  resources: [
    'namespaces',
    'pods',
    'podtemplates',
    'replicationcontrollers',
    'daemonsets.apps',
    'deployments.apps',
    'replicasets.apps',
    'statefulsets.apps',
    'cronjobs.batch',
    'jobs.batch',
  ],

  validate(object, old, attributes) {
    const { operation, kind, subresource } = attributes;
    if (object === undefined || (operation !== 'CREATE' && operation !== 'UPDATE')) return undefined;
    if (kind.resource === 'pods') {
      return UNSPECIFIC.has(subresource) ? undefined : examinePod(object, old, attributes);
    }
    if (subresource !== '') return undefined;
    if (kind.resource === 'namespaces') return examineNamespace(object, old, attributes);
    const template = templateOf(object, kind.resource);
    const policy = template?.spec === undefined ? undefined : policyFor(attributes);
    if (policy !== undefined && template?.spec !== undefined)
      warnOf(policy.warn, template.metadata, template.spec, attributes);
    return undefined;
  },
};

/** Undefined where the namespace wants nothing. */
function policyFor({ store, namespace }: Attributes): Policy | undefined {
  const row = store.log.get({ resource: 'namespaces', namespace: '', name: namespace });
  // Parsing is for those that want something.
  if (row?.object.includes(PREFIX) !== true) return undefined;
  return policyOf(store.parseStored(row).metadata.labels).policy;
}

function examinePod(pod: Pod, old: Pod | undefined, attributes: Attributes): Status | undefined {
  const policy = policyFor(attributes);
  if (policy === undefined || pod.spec === undefined || (old !== undefined && isSame(pod, old))) return undefined;
  const found = violations(policy.enforce, pod.metadata, pod.spec);
  if (found.length > 0) {
    const standard = goQuote(standardText(policy.enforce));
    return refuse(attributes, pod, `violates PodSecurity ${standard}: ${detailText(found)}`);
  }
  warnOf(policy.warn, pod.metadata, pod.spec, attributes);
  return undefined;
}

function warnOf(
  standard: Standard,
  metadata: Pod['metadata'] | PodTemplateSpec['metadata'],
  spec: Pod['spec'] & object,
  attributes: Attributes,
): void {
  const found = violations(standard, metadata, spec);
  if (found.length > 0) {
    attributes.warn(`would violate PodSecurity ${goQuote(standardText(standard))}: ${detailText(found)}`);
  }
}

function templateOf(object: KubeObject, resource: string): PodTemplateSpec | undefined {
  interface Templated {
    readonly template?: PodTemplateSpec;
    readonly jobTemplate?: { readonly spec?: Templated };
  }
  const { spec, template } = object as KubeObject & Templated & { readonly spec?: Templated };
  if (resource === 'podtemplates') return template;
  return resource === 'cronjobs' ? spec?.jobTemplate?.spec?.template : spec?.template;
}

/** Nothing that an update of a pod can change for the worse has changed: images, ephemeral containers, annotations. */
function isSame(pod: Pod, old: Pod): boolean {
  if (pod.spec === undefined || old.spec === undefined) return false;
  const before = new Map(allContainers(old.spec).map((container) => [container.name, container]));
  const containers = allContainers(pod.spec);
  const keys = [SECCOMP_POD, ...containers.map(({ name }) => SECCOMP_CONTAINER + name)];
  return (
    before.size === containers.length &&
    containers.every((container: AnyContainer) => before.get(container.name)?.image === container.image) &&
    keys.every((key) => pod.metadata.annotations?.[key] === old.metadata.annotations?.[key])
  );
}

function examineNamespace(object: KubeObject, old: KubeObject | undefined, attributes: Attributes): Status | undefined {
  const { policy, errors } = policyOf(object.metadata.labels);
  const before = old === undefined ? undefined : policyOf(old.metadata.labels);
  if (errors.length > 0 && !deepEqual(errors, before?.errors)) {
    return invalidStatus('', 'Namespace', object.metadata.name, [...errors]);
  }
  if (before === undefined) return undefined;
  const { enforce } = policy;
  const { enforce: was } = before.policy;
  const relaxed = enforce.minor === was.minor && compareLevels(enforce.level, was.level) <= 0;
  if (enforce.level !== 'privileged' && !relaxed) warnOfPods(object, enforce, attributes);
  return undefined;
}

/** Each way of violating the standard is told once, with the first pod and the number of others. */
function warnOfPods({ metadata: { name } }: KubeObject, standard: Standard, { store, warn }: Attributes): void {
  const all = store.log.count({ resource: 'pods', namespace: name });
  const pods = store.log.list({ resource: 'pods', namespace: name, limit: MOST_PODS });
  const byReason = new Map<string, string[]>();
  for (const row of pods) {
    const { metadata, spec } = store.parseStored(row) as Pod;
    const found = spec === undefined ? [] : violations(standard, metadata, spec);
    if (found.length === 0) continue;
    const reason = reasonText(found);
    byReason.set(reason, [...(byReason.get(reason) ?? []), metadata.name]);
  }
  if (pods.length < all) {
    warn(`new PodSecurity enforce level only checked against the first ${pods.length} of ${all} existing pods`);
  }
  if (byReason.size === 0) return;
  const level = goQuote(standardText(standard));
  warn(`existing pods in namespace ${goQuote(name)} violate the new PodSecurity enforce level ${level}`);
  const texts = [...byReason].map(([reason, [first, ...others]]) => {
    const more = others.length === 0 ? '' : ` (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'})`;
    return `${first}${more}: ${reason}`;
  });
  for (const text of texts.toSorted()) warn(text);
}
