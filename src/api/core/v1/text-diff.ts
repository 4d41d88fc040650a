// What changed of a part of an object that may not change, as messages show it.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/diff/diff.go.

import { lineDiff } from '../../../lib/line-diff.ts';
import { escapeHtml } from '../../../schema/go-text.ts';
import { internalForm } from './internal-form.ts';

/** `type` is what upstream calls both in the core group: `PodSpec`. Lines in unified form; empty if nothing differs. */
export function textDiff(type: string, before: unknown, after: unknown): string {
  const lines = (value: unknown) => escapeHtml(JSON.stringify(internalForm(type, value), null, 1)).split('\n');
  return lineDiff(lines(before), lines(after));
}
