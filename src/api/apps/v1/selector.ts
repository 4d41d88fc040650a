// A selector as upstream prints it, in messages and in `scale`.

import { formatSelector, labelSelectorOf } from '../../../schema/label-selector.ts';
import type { LabelSelector } from '../../types/meta-v1.ts';

/** The selector with its members in the order in which upstream prints them. */
export function selectorJson(selector: LabelSelector | null | undefined): unknown {
  if (selector === undefined || selector === null) return undefined;
  const { matchLabels, matchExpressions } = selector;
  const expressions = (matchExpressions ?? []).map(({ key, operator, values }) => ({
    key: key ?? '',
    operator: operator ?? '',
    ...(values === undefined || values.length === 0 ? {} : { values }),
  }));
  return {
    ...(matchLabels === undefined || Object.keys(matchLabels).length === 0 ? {} : { matchLabels }),
    ...(expressions.length === 0 ? {} : { matchExpressions: expressions }),
  };
}

/** `status.selector` of a Scale: `app=web,tier in (a,b)`. */
export function scaleSelector(selector: LabelSelector | null | undefined): string {
  const parsed = labelSelectorOf(selector);
  return parsed.ok ? formatSelector(parsed.selector) : '';
}
