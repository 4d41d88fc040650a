// Which message a kind has, by the apiVersion and kind that an object names.

import { messageOf } from './table.ts';

const META = 'k8s.io.apimachinery.pkg.apis.meta';
const PACKAGES: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io': 'k8s.io.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'k8s.io.kube-aggregator.pkg.apis.apiregistration',
  'meta.k8s.io': META,
};

/** The message's full name in the table; undefined for custom resources and what has no message (Table). */
export function messageOfKind(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  // A custom resource's group may begin as one of Kubernetes' own does.
  if (group.includes('.') && !group.endsWith('.k8s.io')) return undefined;
  const home = PACKAGES[group] ?? `k8s.io.api.${group === '' ? 'core' : (group.split('.')[0] ?? '')}`;
  const own = `${home}.${version}.${kind}`;
  if (messageOf(own) !== undefined) return own;
  // Status and options are of every group version, and PartialObjectMetadata is the same in v1beta1.
  const shared = `${META}.v1.${kind}`;
  return messageOf(shared) === undefined ? undefined : shared;
}

/** What a list's items are, where the list has them behind its metadata, as fields 2 and 1. */
export function itemMessageOf(list: string): string | undefined {
  const message = messageOf(list);
  const items = message?.get(2);
  return message?.get(1)?.name === 'metadata' && items?.name === 'items' && items.repeated ? items.type : undefined;
}
