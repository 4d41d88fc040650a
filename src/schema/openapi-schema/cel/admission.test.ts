import { describe, expect, test } from 'vitest';
import type { ResultType } from './admission.ts';
import { AdmissionCompiler } from './admission.ts';
import { withoutMessages } from './message-literals.ts';

function errorOf(expression: string, type: ResultType = 'bool', params = false): string | undefined {
  return new AdmissionCompiler({ params, variables: true }).errorOf(expression, [type]);
}

describe('expressions of policies', () => {
  test.each([
    "request.userInfo.groups.exists(g, g == 'a') || request.operation in ['CREATE', 'UPDATE']",
    "authorizer.group('').resource('pods').namespace('x').check('get').allowed()",
    "authorizer.requestResource.check('get').allowed()",
    "namespaceObject.metadata.labels['a'] == 'b'",
    "object == null || object.spec.hosts.all(h, h.matches('^a'))",
  ])('%s', (expression) => {
    expect(errorOf(expression)).toBeUndefined();
  });

  test('say what they come to', () => {
    expect(errorOf('1 + 1')).toBe('must evaluate to bool but got int');
    const compiler = new AdmissionCompiler({ params: false, variables: false });
    expect(compiler.errorOf('[1]', ['string', 'null_type'])).toBe(
      'must evaluate to one of [string null_type] but got list(int)',
    );
    expect(compiler.errorOf('null', ['string', 'null_type'])).toBeUndefined();
  });

  test('speak of what there is', () => {
    expect(errorOf('request.nope')).toBe(
      "compilation failed: ERROR: <input>:1:8: undefined field 'nope'\n | request.nope\n | .......^",
    );
    expect(errorOf('params.a', 'bool', true)).toBeUndefined();
    expect(errorOf('params.a')).toContain("undeclared reference to 'params' (in container '')");
  });

  test('know the variables that were added before, by type', () => {
    const compiler = new AdmissionCompiler({ params: false, variables: true });
    expect(compiler.addVariable('n', 'variables.n')).toContain("undefined field 'n'");
    expect(compiler.addVariable('s', "'a'")).toBeUndefined();
    expect(compiler.errorOf('variables.s', ['bool'])).toBe('must evaluate to bool but got string');
    expect(compiler.errorOf('variables.n', ['bool'])).toBeUndefined();
    expect(compiler.errorOf('variables.x', ['bool'])).toContain("1:10: undefined field 'x'");
  });
});

describe('messages', () => {
  test('are rewritten into maps, and places lead back', () => {
    const text = "Object{metadata: Object.metadata{labels: {'a': 'b'}}, spec: x}";
    const made = withoutMessages(text);
    if (!made.ok) throw new Error(made.error);
    const { rewritten } = made;
    expect(rewritten.text).toBe("{'metadata': {'labels': {'a': 'b'}}, 'spec': x}");
    expect(rewritten.original(rewritten.text.indexOf('x'))).toBe(text.indexOf('x}'));
  });

  test('are what mutations come to', () => {
    expect(errorOf("Object{metadata: Object.metadata{labels: {'a': 'b'}}}", 'Object')).toBeUndefined();
    expect(errorOf("[JSONPatch{op: 'add', path: '/a', value: 1}]", 'list(JSONPatch)')).toBeUndefined();
    expect(errorOf("has(object.a) ? [JSONPatch{op: 'remove', path: '/a'}] : []", 'list(JSONPatch)')).toBeUndefined();
    expect(errorOf("'a' in {'a': 1}")).toBeUndefined();
    expect(errorOf('1', 'Object')).toBe('must evaluate to Object but got int');
  });

  test('of another type are not known', () => {
    expect(errorOf('Pod{}', 'Object')).toContain("1:4: undeclared reference to 'Pod' (in container '')");
  });

  test('of any text are rewritten in time', () => {
    for (const hard of ['a.'.repeat(50_000), '{'.repeat(50_000), 'Object{'.repeat(20_000), "'".repeat(50_001)]) {
      withoutMessages(hard);
    }
  });
});
