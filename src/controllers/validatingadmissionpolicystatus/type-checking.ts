// What the expressions of a policy lack for the types that it names: built-in ones, at most ten.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating/typechecking.go.

import type { Kind } from '../../api/kind.ts';
import { schemaOf } from '../../api/schema-of.ts';
import { Scheme } from '../../api/scheme.ts';
import type {
  ExpressionWarning,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
} from '../../api/types/admissionregistration-v1.ts';
import { AdmissionCompiler } from '../../schema/openapi-schema/cel/admission.ts';

const MAX_TYPES = 10;
/** Of the texts of all expressions, times the types: checking takes a microsecond a character, and everyone waits for it. */
const MAX_TEXT = 100_000;
/** What an expression costs besides. */
const EACH = 100;
const COMPILED = 'compilation failed: ';

interface Typed {
  /** `apps/v1, Kind=Deployment` */
  readonly type: string;
  readonly compiler: AdmissionCompiler;
}

export function expressionWarnings({ spec }: ValidatingAdmissionPolicy): ExpressionWarning[] {
  const kinds = spec === undefined ? [] : typesOf(spec);
  if (kinds.length === 0 || kinds.length * costOf(spec ?? {}) > MAX_TEXT) return [];
  const types = kinds.map((kind): Typed => {
    const params = spec?.paramKind !== undefined;
    const compiler = new AdmissionCompiler({ params, variables: true, object: schemaOf(kind) });
    for (const { name = '', expression = '' } of spec?.variables ?? []) compiler.addVariable(name, expression);
    return { type: `${versionOf(kind)}, Kind=${kind.kind}`, compiler };
  });
  return (spec?.validations ?? []).flatMap(({ expression = '', messageExpression = '' }, index) => {
    const field = `spec.validations[${index}]`;
    return [
      ...warningOf(types, `${field}.expression`, expression, 'bool'),
      ...(messageExpression === '' ? [] : warningOf(types, `${field}.messageExpression`, messageExpression, 'string')),
    ];
  });
}

function costOf({ variables = [], validations = [] }: ValidatingAdmissionPolicySpec): number {
  const texts = [
    ...variables.map(({ expression }) => expression),
    ...validations.flatMap(({ expression, messageExpression = '' }) => [expression, messageExpression]),
  ];
  return texts.reduce((sum, text = '') => sum + text.length + EACH, 0);
}

function warningOf(types: readonly Typed[], fieldRef: string, expression: string, wanted: 'bool' | 'string') {
  const messages = types.flatMap(({ type, compiler }) => {
    const error = compiler.errorOf(expression, [wanted]);
    if (error === undefined) return [];
    return [`${type}: ${error.startsWith(COMPILED) ? error.slice(COMPILED.length) : error}`];
  });
  return messages.length === 0 ? [] : [{ fieldRef, warning: messages.join('\n') }];
}

/** Those that are named: not of rules with wildcards, nor subresources. */
function typesOf({ matchConstraints }: ValidatingAdmissionPolicySpec): Kind[] {
  const rules = (matchConstraints?.resourceRules ?? []).filter(
    ({ apiGroups, apiVersions }) => apiGroups?.includes('*') !== true && apiVersions?.includes('*') !== true,
  );
  if (rules.length === 0) return [];
  const scheme = new Scheme();
  const found = new Map<string, Kind>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    for (const group of apiGroups) {
      for (const version of apiVersions) {
        for (const resource of resources) {
          const kind = scheme.byResource(group, version, resource);
          if (kind !== undefined) found.set(`${group}/${version} ${kind.kind}`, kind);
        }
      }
    }
  }
  const sorted = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.slice(0, MAX_TYPES).map(([, kind]) => kind);
}

function versionOf({ group, version }: Kind): string {
  return group === '' ? `/${version}` : `${group}/${version}`;
}
