// Which objects a list or a watch asks for, by labels and fields.

import type { Kind } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import type { Result } from '../api/status.ts';
import { badRequest, fail, ok } from '../api/status.ts';
import type { FieldSelector } from '../schema/field-selector.ts';
import { parseFieldSelector } from '../schema/field-selector.ts';
import { goQuote } from '../schema/go-text.ts';
import type { LabelSelector } from '../schema/label-selector.ts';
import { matchesLabels, parseLabelSelector } from '../schema/label-selector.ts';

export interface Selection {
  /** Undefined: everything. */
  readonly matches: ((object: KubeObject) => boolean) | undefined;
  /** Whether a client's selector is there at all (a bound by metadata.name counts). */
  readonly selective: boolean;
  /** metadata.name=X, a bound that the log can use. */
  readonly name: string | undefined;
  /** metadata.namespace=X, likewise. */
  readonly namespace: string | undefined;
  /** An index term that holds every match: `node:worker-1` for spec.nodeName=worker-1. */
  readonly term: string | undefined;
}

export function parseSelection(kind: Kind, labelSelector: string, fieldSelector: string): Result<Selection> {
  if (labelSelector === '' && fieldSelector === '') {
    return ok({ matches: undefined, selective: false, name: undefined, namespace: undefined, term: undefined });
  }
  const labels = parseLabelSelector(labelSelector);
  if (!labels.ok) return fail(badRequest(labels.error));
  const fields = parseFieldSelector(fieldSelector);
  if (!fields.ok) return fail(badRequest(fields.error));
  const known = kind.fieldLabels ?? [];
  for (const { field } of fields.selector) {
    const refused = checkField(kind, field);
    if (refused !== undefined) return fail(badRequest(refused));
  }
  const bound = (field: string) => fields.selector.find((term) => term.field === field && term.operator === '=')?.value;
  const selective = labels.selector.length > 0 || fields.selector.length > 0;
  const node = bound('spec.nodeName');
  return ok({
    matches: selective ? (object) => selects(kind, labels.selector, fields.selector, object) : undefined,
    selective,
    name: bound('metadata.name'),
    namespace: bound('metadata.namespace'),
    term: node !== undefined && node !== '' && known.includes('spec.nodeName') ? `node:${node}` : undefined,
  });
}

/** Models the field label conversions of runtime.Scheme: a kind that declares none has the default one. */
function checkField(kind: Kind, field: string): string | undefined {
  if (field === 'metadata.name') return undefined;
  if (kind.fieldLabels === undefined) {
    const known = '"metadata.name", "metadata.namespace"';
    return field === 'metadata.namespace'
      ? undefined
      : `${goQuote(field)} is not a known field selector: only ${known}`;
  }
  if (kind.fieldLabels.includes(field) || (kind.namespaced && field === 'metadata.namespace')) return undefined;
  return kind.unknownFieldLabel?.(field) ?? `field label not supported: ${field}`;
}

function selects(kind: Kind, labels: LabelSelector, fields: FieldSelector, object: KubeObject): boolean {
  if (!matchesLabels(labels, object.metadata.labels)) return false;
  if (fields.length === 0) return true;
  const values = kind.fields?.(object) ?? {};
  return fields.every((term) => {
    const value =
      term.field === 'metadata.name'
        ? object.metadata.name
        : term.field === 'metadata.namespace'
          ? (object.metadata.namespace ?? '')
          : (values[term.field] ?? '');
    return (value === term.value) === (term.operator === '=');
  });
}
