// One rule of the pod security standards, and the words that all rules share.
// Models kubernetes staging/src/k8s.io/pod-security-admission/policy/{checks,helpers,visitor}.go.

import type { Container, EphemeralContainer, PodSpec } from '../../../api/types/core-v1.ts';
import type { ObjectMeta } from '../../../api/types/meta-v1.ts';

export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export interface Examined {
  readonly metadata: Pick<ObjectMeta, 'annotations'>;
  readonly spec: PodSpec;
  /** N of the standard's version v1.N. */
  readonly minor: number;
}

export interface Check {
  readonly id: string;
  /** The version v1.N from which on it is there. */
  readonly since: number;
  /** Rules of the weaker level that this one stands for. */
  readonly overrides?: readonly string[];
  run(examined: Examined): Violation | undefined;
}

export type AnyContainer = Container | EphemeralContainer;

export function allContainers({
  initContainers = [],
  containers = [],
  ephemeralContainers = [],
}: PodSpec): AnyContainer[] {
  return [...initContainers, ...containers, ...ephemeralContainers];
}

/** Names of the containers that the test is true of. */
export function namesOf(spec: PodSpec, isBad: (container: AnyContainer) => boolean): string[] {
  return allContainers(spec)
    .filter(isBad)
    .map(({ name }) => name);
}

export function quoted(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(', ');
}

export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}

/** `container "a"`, `containers "a", "b"` */
export function containersText(names: readonly string[]): string {
  return `${names.length === 1 ? 'container' : 'containers'} ${quoted(names)}`;
}

/** `pod and container "a"`; undefined where there is none. */
export function settersText(pod: boolean, names: readonly string[]): string | undefined {
  const setters = [...(pod ? ['pod'] : []), ...(names.length === 0 ? [] : [containersText(names)])];
  return setters.length === 0 ? undefined : setters.join(' and ');
}

/** From v1.25 on some rules leave pods for Windows alone. */
export function isWindows({ spec, minor }: Examined): boolean {
  return minor >= 25 && spec.os?.name === 'windows';
}

/** From v1.35 on root in a user namespace of its own is no root. */
export function hasOwnUsers({ spec, minor }: Examined): boolean {
  return minor >= 35 && spec.hostUsers === false;
}
