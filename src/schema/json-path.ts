// JSONPath as columns of custom resources use it: `.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`,
// `.metadata.labels.app\.kubernetes\.io/name`, `.spec.ports[0].port`, `.spec.items[*].name`.
// Models kubernetes staging/src/k8s.io/client-go/util/jsonpath, without ranges, unions and recursive descent.

import type { JsonValue } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';

export type PathStep =
  | { readonly step: 'member'; readonly name: string }
  | { readonly step: 'index'; readonly index: number }
  | { readonly step: 'every' }
  | {
      readonly step: 'filter';
      readonly path: JsonPath;
      readonly operator: string;
      readonly value: string | number | boolean;
    };

export type JsonPath = readonly PathStep[];

/** Undefined for a path that is not understood. It begins with a dot or a bracket. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: PathStep[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const member = /^\.((?:\\.|[^.[\]\\])+)/.exec(rest);
    const bracket =
      member === null ? /^\[(\?\((?:"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|[^)"'])*\)|[^\]]*)\]/.exec(rest) : null;
    if (member !== null) {
      const name = (member[1] ?? '').replaceAll(/\\(.)/g, '$1');
      steps.push(name === '*' ? { step: 'every' } : { step: 'member', name });
    } else if (bracket !== null) {
      const step = parseBracket(bracket[1] ?? '');
      if (step === undefined) return undefined;
      steps.push(step);
    } else if (rest === '.' && steps.length === 0) return [];
    else return undefined;
    at += (member ?? bracket)?.[0].length ?? 0;
  }
  return steps;
}

function parseBracket(text: string): PathStep | undefined {
  if (text === '*') return { step: 'every' };
  if (/^-?[0-9]+$/.test(text)) return { step: 'index', index: Number(text) };
  const quoted = /^(?:"(.*)"|'(.*)')$/.exec(text);
  if (quoted !== null) return { step: 'member', name: quoted[1] ?? quoted[2] ?? '' };
  const filter = /^\?\(\s*@((?:\\.|[^\s=!<>])*)\s*(==|!=|<=|>=|<|>)\s*(.*?)\s*\)$/.exec(text);
  if (filter === null) return undefined;
  const path = parseJsonPath(filter[1] ?? '');
  const value = parseLiteral(filter[3] ?? '');
  return path === undefined || value === undefined
    ? undefined
    : { step: 'filter', path, operator: filter[2] ?? '', value };
}

function parseLiteral(text: string): string | number | boolean | undefined {
  const quoted = /^(?:"(.*)"|'(.*)')$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2] ?? '';
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && !Number.isNaN(Number(text)) ? Number(text) : undefined;
}

/** All values that the path leads to. */
export function findValues(value: JsonValue, path: JsonPath): JsonValue[] {
  return path.reduce<JsonValue[]>((found, step) => found.flatMap((item) => follow(item, step)), [value]);
}

function follow(value: JsonValue, step: PathStep): JsonValue[] {
  switch (step.step) {
    case 'member': {
      const member = isObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
      return member === undefined ? [] : [member];
    }
    case 'index': {
      const item = Array.isArray(value) ? value.at(step.index) : undefined;
      return item === undefined ? [] : [item];
    }
    case 'every':
      if (Array.isArray(value)) return value;
      return isObject(value) ? Object.values(value).filter((member) => member !== undefined) : [];
    case 'filter':
      if (!Array.isArray(value)) return [];
      return value.filter((item) =>
        findValues(item, step.path).some((found) => holds(found, step.operator, step.value)),
      );
  }
}

function holds(found: JsonValue, operator: string, value: string | number | boolean): boolean {
  switch (operator) {
    case '==':
      return found === value;
    case '!=':
      return found !== value;
    default:
  }
  if (typeof found !== typeof value || found === null || typeof found === 'object') return false;
  if (operator === '<') return found < value;
  if (operator === '<=') return found <= value;
  return operator === '>' ? found > value : found >= value;
}
