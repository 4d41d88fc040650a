// Label selectors, in both forms: text of a query (`app=web,tier in (a,b)`) and the LabelSelector of an object.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/labels/selector.go and pkg/apis/meta/v1/helpers.go.

import { goQuote } from './go-text.ts';
import { byKey, parseInteger, requirement } from './label-requirement.ts';
import type { Labels, LabelOperator, LabelSelector, Requirement } from './label-requirement.ts';
import { parseRequirements } from './label-selector-parser.ts';
import type { ParsedLabelSelector } from './label-selector-parser.ts';

export type { Labels, LabelSelector, ParsedLabelSelector, Requirement };

/** The LabelSelector of an object (meta/v1). */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: ReadonlyArray<{
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }>;
}

/** Text of a query. The error is the message of the 400 BadRequest. */
export function parseLabelSelector(text: string): ParsedLabelSelector {
  return parseRequirements(text);
}

/** undefined (no selector) selects nothing, an empty one everything: `nothing` tells which. */
export type ObjectSelector =
  | { readonly ok: true; readonly nothing: boolean; readonly selector: LabelSelector }
  | { readonly ok: false; readonly error: string };

const OBJECT_OPERATORS: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/** Models metav1.LabelSelectorAsSelector. */
export function labelSelectorOf(object: LabelSelectorObject | undefined | null): ObjectSelector {
  if (object === undefined || object === null) return { ok: true, nothing: true, selector: [] };
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(object.matchLabels ?? {})) {
    const made = requirement(key, '=', [value]);
    if (!made.ok) return made;
    requirements.push(made.requirement);
  }
  for (const expression of object.matchExpressions ?? []) {
    const operator = Object.hasOwn(OBJECT_OPERATORS, expression.operator)
      ? OBJECT_OPERATORS[expression.operator]
      : undefined;
    if (operator === undefined) {
      return { ok: false, error: `${goQuote(expression.operator)} is not a valid label selector operator` };
    }
    const made = requirement(expression.key, operator, expression.values ?? []);
    if (!made.ok) return made;
    requirements.push(made.requirement);
  }
  return { ok: true, nothing: false, selector: requirements.sort(byKey) };
}

/** A function that tells whether labels match; an invalid or missing selector matches nothing. */
export function labelMatcher(object: LabelSelectorObject | undefined | null): (labels: Labels) => boolean {
  const parsed = labelSelectorOf(object);
  if (!parsed.ok || parsed.nothing) return () => false;
  const { selector } = parsed;
  return (labels) => matchesLabels(selector, labels);
}

export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
  for (const item of selector) if (!matchesRequirement(item, labels)) return false;
  return true;
}

export function matchesRequirement(item: Requirement, labels: Labels): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, item.key) ? labels[item.key] : undefined;
  switch (item.operator) {
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'in':
    case '=':
    case '==':
      return value !== undefined && item.values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !item.values.includes(value);
    case 'gt':
    case 'lt': {
      const left = value === undefined ? undefined : parseInteger(value);
      const right = parseInteger(item.values[0] ?? '');
      if (left === undefined || right === undefined) return false;
      return item.operator === 'gt' ? left > right : left < right;
    }
  }
}

/** `app=web,tier in (a,b),!old` */
export function formatSelector(selector: LabelSelector): string {
  return selector.map(formatRequirement).join(',');
}

function formatRequirement(item: Requirement): string {
  const values = item.values.join(',');
  switch (item.operator) {
    case 'exists':
      return item.key;
    case '!':
      return `!${item.key}`;
    case 'in':
    case 'notin':
      return `${item.key} ${item.operator} (${values})`;
    case 'gt':
      return `${item.key}>${values}`;
    case 'lt':
      return `${item.key}<${values}`;
    default:
      return `${item.key}${item.operator}${values}`;
  }
}

/** As printed in tables: `<none>` for one that is empty or missing. Models metav1.FormatLabelSelector. */
export function formatLabelSelector(object: LabelSelectorObject | undefined | null): string {
  const parsed = labelSelectorOf(object);
  if (!parsed.ok) return '<error>';
  return formatSelector(parsed.selector) || '<none>';
}

/** As Go prints the object: `&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}`. */
export function goSelectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelectorObject): string {
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key]},`);
  const requirements = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  const expressions = `[]LabelSelectorRequirement{${requirements.join('')}}`;
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:${expressions},}`;
}

/** Labels as a selector text, sorted: `app=web,tier=a`; `<none>` if there are none. Models labels.FormatLabels. */
export function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.sort().join(',') || '<none>';
}
