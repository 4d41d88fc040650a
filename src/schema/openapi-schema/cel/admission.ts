// Where the expressions of admission policies and of webhooks' conditions are checked: which variables there are, and of
// which types. They are compiled here and nowhere evaluated yet; the authorizer's functions are declared for that only.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/admission/plugin/cel (compile.go, composition.go).

import { Environment } from '@marcbachmann/cel-js';
import { checkExpression, goType } from './check.ts';
import type { StructSchema } from '../../structural.ts';
import { registerLibrary } from './library.ts';
import { declareStruct } from './struct-type.ts';

export interface Declared {
  readonly params: boolean;
  /** Of a policy: its variables can be spoken of, those added before. */
  readonly variables: boolean;
  /** What the objects are; absent: anything. */
  readonly object?: StructSchema;
}

/** What an expression may come to: a CEL type, or a message. */
export type ResultType = 'bool' | 'string' | 'null_type' | 'Object' | 'list(JSONPatch)';

const GROUP_VERSION_KIND = { group: 'string', version: 'string', kind: 'string' };
const GROUP_VERSION_RESOURCE = { group: 'string', version: 'string', resource: 'string' };

const REQUEST = {
  kind: 'kubernetes.GroupVersionKind',
  resource: 'kubernetes.GroupVersionResource',
  subResource: 'string',
  requestKind: 'kubernetes.GroupVersionKind',
  requestResource: 'kubernetes.GroupVersionResource',
  requestSubResource: 'string',
  name: 'string',
  namespace: 'string',
  operation: 'string',
  userInfo: 'kubernetes.UserInfo',
  dryRun: 'bool',
  options: 'dyn',
};

const NAMESPACE_META = {
  name: 'string',
  generateName: 'string',
  namespace: 'string',
  labels: 'map<string, string>',
  annotations: 'map<string, string>',
  UID: 'string',
  creationTimestamp: 'google.protobuf.Timestamp',
  deletionGracePeriodSeconds: 'int',
  deletionTimestamp: 'google.protobuf.Timestamp',
  generation: 'int',
  resourceVersion: 'string',
  finalizers: 'list<string>',
};

function declareTypes(environment: Environment): void {
  environment
    .registerType({ name: 'kubernetes.GroupVersionKind', schema: GROUP_VERSION_KIND })
    .registerType({ name: 'kubernetes.GroupVersionResource', schema: GROUP_VERSION_RESOURCE })
    .registerType({
      name: 'kubernetes.UserInfo',
      schema: { username: 'string', uid: 'string', groups: 'list<string>', extra: 'map<string, list<string>>' },
    })
    .registerType({ name: 'kubernetes.AdmissionRequest', schema: REQUEST })
    .registerType({ name: 'kubernetes.NamespaceMetadata', schema: NAMESPACE_META })
    .registerType({ name: 'kubernetes.NamespaceSpec', schema: { finalizers: 'list<string>' } })
    .registerType({ name: 'kubernetes.NamespaceStatus', schema: { phase: 'string' } })
    .registerType({
      name: 'kubernetes.Namespace',
      schema: {
        metadata: 'kubernetes.NamespaceMetadata',
        spec: 'kubernetes.NamespaceSpec',
        status: 'kubernetes.NamespaceStatus',
      },
    });
}

class Authorizer {}
class PathCheck {}
class GroupCheck {}
class ResourceCheck {}
class Decision {}

const NAMESPACE = 'kubernetes.authorization';

function declareAuthorizer(environment: Environment): void {
  const unanswered = (): never => {
    throw new Error('the authorizer is not asked here');
  };
  environment
    .registerType(`${NAMESPACE}.Authorizer`, Authorizer)
    .registerType(`${NAMESPACE}.PathCheck`, PathCheck)
    .registerType(`${NAMESPACE}.GroupCheck`, GroupCheck)
    .registerType(`${NAMESPACE}.ResourceCheck`, ResourceCheck)
    .registerType(`${NAMESPACE}.Decision`, Decision);
  const functions: ReadonlyArray<readonly [type: string, signature: string, result: string]> = [
    ['Authorizer', 'path(string)', 'PathCheck'],
    ['Authorizer', 'group(string)', 'GroupCheck'],
    ['Authorizer', 'serviceAccount(string, string)', 'Authorizer'],
    ['PathCheck', 'check(string)', 'Decision'],
    ['GroupCheck', 'resource(string)', 'ResourceCheck'],
    ['ResourceCheck', 'subresource(string)', 'ResourceCheck'],
    ['ResourceCheck', 'namespace(string)', 'ResourceCheck'],
    ['ResourceCheck', 'name(string)', 'ResourceCheck'],
    ['ResourceCheck', 'fieldSelector(string)', 'ResourceCheck'],
    ['ResourceCheck', 'labelSelector(string)', 'ResourceCheck'],
    ['ResourceCheck', 'check(string)', 'Decision'],
  ];
  for (const [type, signature, result] of functions) {
    environment.registerFunction(`${NAMESPACE}.${type}.${signature}: ${NAMESPACE}.${result}`, unanswered);
  }
  const answers = ['allowed(): bool', 'reason(): string', 'error(): string', 'errored(): bool'];
  for (const answer of answers) environment.registerFunction(`${NAMESPACE}.Decision.${answer}`, unanswered);
  environment
    .registerVariable('authorizer', `${NAMESPACE}.Authorizer`)
    .registerVariable('authorizer.requestResource', `${NAMESPACE}.ResourceCheck`);
}

export class AdmissionCompiler {
  readonly #base: Environment;
  /** Undefined where there are none to speak of. */
  readonly #variables: Map<string, string> | undefined;

  constructor({ params, variables, object }: Declared) {
    this.#base = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
    registerLibrary(this.#base);
    declareTypes(this.#base);
    declareAuthorizer(this.#base);
    const type = object === undefined ? 'dyn' : declareStruct(this.#base, object);
    this.#base
      .registerVariable('object', type)
      .registerVariable('oldObject', type)
      .registerVariable('request', 'kubernetes.AdmissionRequest')
      .registerVariable('namespaceObject', 'kubernetes.Namespace');
    if (params) this.#base.registerVariable('params', 'dyn');
    this.#variables = variables ? new Map() : undefined;
  }

  /** A policy's variable, for the expressions that come after it. The text of what is wrong with it, where something is. */
  addVariable(name: string, expression: string): string | undefined {
    const checked = checkExpression(expression, this.#environmentOf(expression));
    // A wrong one is an error once: those that speak of it are not to blame.
    this.#variables?.set(name, checked.ok ? checked.type : 'dyn');
    return checked.ok ? undefined : checked.error;
  }

  /** What is wrong with an expression that is to come to one of `types`, as upstream says it. */
  errorOf(expression: string, types: readonly ResultType[]): string | undefined {
    const checked = checkExpression(expression, this.#environmentOf(expression));
    if (!checked.ok) return checked.error;
    const { type } = checked;
    if (type === 'dyn' || types.some((wanted) => isOf(type, wanted))) return undefined;
    const wanted = types.length === 1 ? types[0] : `one of [${types.join(' ')}]`;
    return `must evaluate to ${wanted} but got ${goType(type)}`;
  }

  /** With the variables that the expression may speak of: a policy can have thousands of each. */
  #environmentOf(expression: string): Environment {
    if (this.#variables === undefined || !expression.includes('variables')) return this.#base;
    const schema: Record<string, string> = {};
    for (const [name] of expression.matchAll(/\w+/g)) {
      const type = this.#variables.get(name);
      if (type !== undefined) schema[name] = type;
    }
    const environment = this.#base.clone();
    environment.registerVariable('variables', { schema });
    return environment;
  }
}

function isOf(type: string, wanted: ResultType): boolean {
  switch (wanted) {
    case 'Object':
      return type.startsWith('map<');
    case 'list(JSONPatch)':
      return ['list<dyn>', 'list<T>'].includes(type) || type.startsWith('list<map<');
    case 'null_type':
      return type === 'null';
    default:
      return type === wanted;
  }
}
