// What is let pass but is likely a mistake: the texts of `Warning:` headers for pods and templates.
// Models kubernetes pkg/api/pod/warnings.go and pkg/api/node/util.go.

import { append } from '../../../lib/append.ts';
import { own } from '../../../lib/json.ts';
import { dns1123LabelErrors } from '../../../schema/names.ts';
import type {
  Container,
  NodeSelectorTerm,
  Pod,
  PodAffinityTerm,
  PodSpec,
  PodTemplateSpec,
} from '../../types/core-v1.ts';
import { eachContainer } from './pod-validation/scope.ts';
import type { ResourceList } from './resource-lists.ts';
import { isPlainlyWhole, quantityIn } from './resource-lists.ts';
import { volumeWarnings } from './volume-warnings.ts';

const NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};
const ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const SECCOMP_TEXT = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const NULL_SELECTOR = 'a null labelSelector results in matching no pod';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Collects texts of the form `path: what`. */
type Add = (path: string, what: string) => void;

function warnOfTerm(term: NodeSelectorTerm | undefined, path: string, add: Add): void {
  (term?.matchExpressions ?? []).forEach(({ key = '' }, index) => {
    const text = own(NODE_LABELS, key);
    if (text !== undefined) add(`${path}.matchExpressions[${index}].key`, `${key} is ${text}`);
  });
}

function warnOfPodTerm(term: PodAffinityTerm | undefined, path: string, add: Add): void {
  if (term?.labelSelector === undefined) add(`${path}.labelSelector`, NULL_SELECTOR);
}

function warnOfPlacement(spec: PodSpec, path: string, add: Add): void {
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const text = own(NODE_LABELS, key);
    if (text !== undefined) add(`${path}.nodeSelector[${key}]`, text);
  }
  const { nodeAffinity, podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const at = `${path}.affinity`;
  (nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? []).forEach((term, index) => {
    warnOfTerm(term, `${at}.nodeAffinity.${REQUIRED}.nodeSelectorTerms[${index}]`, add);
  });
  (nodeAffinity?.[PREFERRED] ?? []).forEach((term, index) => {
    warnOfTerm(term.preference, `${at}.nodeAffinity.${PREFERRED}[${index}].preference`, add);
  });
  (spec.topologySpreadConstraints ?? []).forEach(({ topologyKey, labelSelector }, index) => {
    const field = `${path}.topologySpreadConstraints[${index}]`;
    const text = own(NODE_LABELS, topologyKey);
    if (text !== undefined) add(`${field}.topologyKey`, `${topologyKey} is ${text}`);
    if (labelSelector === undefined) add(`${field}.labelSelector`, NULL_SELECTOR);
  });
  for (const [key, affinity] of [
    ['podAffinity', podAffinity],
    ['podAntiAffinity', podAntiAffinity],
  ] as const) {
    (affinity?.[REQUIRED] ?? []).forEach((term, index) =>
      warnOfPodTerm(term, `${at}.${key}.${REQUIRED}[${index}]`, add),
    );
    (affinity?.[PREFERRED] ?? []).forEach((term, index) => {
      warnOfPodTerm(term.podAffinityTerm, `${at}.${key}.${PREFERRED}[${index}].podAffinityTerm`, add);
    });
  }
}

function warnOfRepeats(values: readonly string[], what: string, field: (index: number) => string, add: Add): void {
  const seen = new Set<string>();
  values.forEach((value, index) => {
    if (seen.has(value)) add(field(index), `duplicate ${what} ${JSON.stringify(value)}`);
    seen.add(value);
  });
}

/** Bytes come whole. */
function warnOfFractions(list: ResourceList | undefined, names: readonly string[], path: string, add: Add): void {
  for (const name of names) {
    const value = list?.[name];
    if (value === undefined || isPlainlyWhole(value) || quantityIn(value).nano % 1_000_000_000n === 0n) continue;
    add(`${path}[${name}]`, `fractional byte value ${JSON.stringify(String(value))} is invalid, must be an integer`);
  }
}

function warnOfEnv(container: Container, path: string, add: Add): void {
  const seen = new Set<string>();
  (container.env ?? []).forEach(({ name, value = '', valueFrom }, index) => {
    if (!seen.has(name)) return void seen.add(name);
    // `X=$(X)b` after `X=a` is how a value is extended; anything else loses the first one.
    const reference = `$(${name})`;
    if (valueFrom === undefined && value !== reference && value.includes(reference)) return;
    const what = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`;
    add(`${path}.env[${index}]`, what);
  });
}

interface SeenPort {
  readonly path: string;
  readonly hostIP: string;
  readonly hostPort: number;
}

function warnOfPorts(container: Container, path: string, seen: Map<string, SeenPort[]>, add: Add): void {
  (container.ports ?? []).forEach((port, index) => {
    const at = `${path}.ports[${index}]`;
    const { hostIP = '', hostPort = 0 } = port;
    const key = `${port.containerPort}/${port.protocol}`;
    const others = seen.get(key) ?? [];
    for (const other of others) {
      const sameIp = hostIP === other.hostIP;
      if (sameIp && hostPort === other.hostPort) add(at, `duplicate port definition with ${other.path}`);
      else if (hostPort === 0 || other.hostPort === 0) add(at, `overlapping port definition with ${other.path}`);
      else if (hostPort === other.hostPort && (hostIP === '' || other.hostIP === '')) {
        add(at, `dangerously ambiguous port definition with ${other.path}`);
      }
    }
    seen.set(key, [...others, { path: at, hostIP, hostPort }]);
  });
}

/** `path` is that of the pod (empty) or of the template (`spec.template`). */
function specWarnings(spec: PodSpec, annotations: Readonly<Record<string, string>>, path: string): string[] {
  const warnings: string[] = [];
  const prefix = path === '' ? '' : `${path}.`;
  const add: Add = (field, what) => void warnings.push(`${prefix}${field}: ${what}`);
  warnOfPlacement(spec, 'spec', add);
  const annotation = (key: string, text: string): void => {
    if (annotations[key] !== undefined) add(`metadata.annotations[${key}]`, text);
  };
  for (const [key, text] of Object.entries(ANNOTATIONS)) annotation(key, text);
  if (spec.volumes !== undefined) append(warnings, volumeWarnings(spec.volumes, `${prefix}spec.volumes`));
  const aliases = (spec.hostAliases ?? []).map(({ ip = '' }) => ip);
  warnOfRepeats(aliases, 'ip', (index) => `spec.hostAliases[${index}].ip`, add);
  const secrets = (spec.imagePullSecrets ?? []).map(({ name = '' }) => name);
  warnOfRepeats(secrets, 'name', (index) => `spec.imagePullSecrets[${index}].name`, add);
  secrets.forEach((name, index) => {
    if (name === '') add(`spec.imagePullSecrets[${index}].name`, 'invalid empty name ""');
  });
  warnOfFractions(spec.overhead, ['memory', 'ephemeral-storage'], 'spec.overhead', add);
  if (spec.securityContext?.seccompProfile === undefined) annotation(SECCOMP_POD, SECCOMP_TEXT);

  const ports = new Map<string, SeenPort[]>();
  eachContainer(spec, 'spec', (container, at) => {
    if (container.securityContext?.seccompProfile === undefined) {
      annotation(`${SECCOMP_CONTAINER}${container.name}`, SECCOMP_TEXT);
    }
    for (const name of ['memory', 'ephemeral-storage']) {
      warnOfFractions(container.resources?.limits, [name], `${at}.resources.limits`, add);
      warnOfFractions(container.resources?.requests, [name], `${at}.resources.requests`, add);
    }
    warnOfEnv(container, at, add);
  });
  eachContainer(spec, 'spec', (container, at) => {
    // The other port is named by its full path.
    const full: Add = (field, what) => void warnings.push(`${field}: ${what}`);
    warnOfPorts(container, `${prefix}${at}`, ports, full);
  });
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    add('spec.terminationGracePeriodSeconds', 'must be >= 0; negative values are invalid and will be treated as 1');
  }
  return warnings;
}

/** Updates of pods are frequent and not made by people: they get no warnings. */
export function podWarnings(pod: Pod, old: Pod | undefined): string[] {
  if (old !== undefined || pod.spec === undefined) return [];
  const warnings = specWarnings(pod.spec, pod.metadata.annotations ?? {}, '');
  const texts = dns1123LabelErrors(pod.metadata.name);
  if (texts.length > 0) {
    const why =
      "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
    warnings.unshift(`metadata.name: ${why}: [${texts.join(' ')}]`);
  }
  return warnings;
}

/** `path` is `spec.template`. */
export function podTemplateWarnings(template: PodTemplateSpec, path: string): string[] {
  return template.spec === undefined ? [] : specWarnings(template.spec, template.metadata?.annotations ?? {}, path);
}
