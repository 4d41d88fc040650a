// After kubernetes staging/src/k8s.io/component-helpers/auth/rbac/validation/policy_comparator_test.go and
// pkg/registry/rbac/validation/policy_compact_test.go.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PolicyRule } from '../../api/types/rbac-v1.ts';
import { askedOf, ruleAllows } from './rule-match.ts';
import { lackOf, lackText } from './rule-cover.ts';

/** `verbs groups resources names`, each separated by commas; `verbs /url,/url` of paths. */
function rule(text: string): PolicyRule {
  const [verbs = [], groups = [], resources, names] = text.split(' ').map((part) => part.split(','));
  if (resources === undefined) return { verbs, nonResourceURLs: groups };
  return { verbs, apiGroups: groups, resources, ...(names === undefined ? {} : { resourceNames: names }) };
}

/** What the holder of some rules lacks of others, as one text for each permission. */
function lack(held: readonly string[], asked: readonly string[]): string[] {
  const found = lackOf(held.map(rule), asked.map(rule));
  if (typeof found === 'string') return [found];
  return found.map(({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }) =>
    [verbs, apiGroups ?? nonResourceURLs, resources, resourceNames].filter((part) => part !== undefined).join(' '),
  );
}

describe('Covers', () => {
  test.each([
    ['TestCoversExactMatch', ['get,update v1 pods'], ['get,update v1 pods']],
    ['TestCoversSubresourceWildcard', ['get v1 */scale'], ['get v1 foo/scale']],
    ['TestCoversMultipleRulesCoveringSingleRule', ['delete v1 a', 'get v1 a,b', 'delete v1 b'], ['delete,get v1 a,b']],
    ['TestCoversMultipleAPIGroupsCoveringSingleRule', ['get g1,g2 a,b'], ['get g1 a', 'get g2 b']],
    ['TestCoversSingleAPIGroupsCoveringMultiple', ['get g1 a', 'get g2 a'], ['get g1,g2 a']],
    ['TestCoversEnumerationAllResources', ['* v1 *'], ['get,made-up v1 pods,pods/log']],
    ['TestCoversResourceNames', ['get v1 a'], ['get v1 a x,y']],
    ['TestCoversMultipleResourceNames', ['get v1 a x', 'get v1 a y'], ['get v1 a x,y']],
    ['TestCoversNonResourceURLs', ['* /api'], ['get,list /api']],
    ['TestCoversNonResourceURLsStar', ['* *'], ['get /api,/apis/*']],
    ['TestCoversNonResourceURLsStarAfterPrefixDoesntCover, within', ['get /apis/*'], ['get /apis/x,/apis/*']],
    ['TestCoversNonResourceURLsWithOtherFields', ['get v1 a', 'get /x'], ['get v1 a', 'get /x']],
  ])('%s', (_, held, asked) => expect(lack(held, asked)).toEqual([]));

  test.each([
    ['TestCoversMissingVerb', ['get v1 pods'], ['get,update v1 pods'], ['update v1 pods']],
    ['TestCoversMissingResource', ['get v1 a'], ['get v1 a,b'], ['get v1 b']],
    [
      'TestCoversSubresourceWildcard, of another',
      ['get v1 */scale'],
      ['get v1 foo', 'get v1 */*'],
      ['get v1 foo', 'get v1 */*'],
    ],
    ['TestUncoversSubresource', ['get v1 foo'], ['get v1 foo/scale'], ['get v1 foo/scale']],
    ['TestCoversResourceNamesMissing', ['get v1 a x'], ['get v1 a', 'get v1 a x,y'], ['get v1 a', 'get v1 a y']],
    ['TestCoversAllVerbs', ['get,list v1 a'], ['* v1 a'], ['* v1 a']],
    ['TestCoversNonResourceURLsStarAfterPrefixDoesntCover', ['get /apis/*'], ['get /apis,/*'], ['get /apis', 'get /*']],
    ['TestCoversNonResourceURLsMissingVerb', ['get /x'], ['get,list /x'], ['list /x']],
  ])('%s', (_, held, asked, missing) => expect(lack(held, asked)).toEqual(missing));

  test('rules with more permissions than can be looked at are not found covered, soon', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`).join(',');
    const started = performance.now();
    expect(lack(['get * *'], [`get ${many(400)} ${many(400)}`])).toEqual([]);
    const tooMany = ['more permissions than are looked at'];
    expect(lack(['get * *', 'list * *'], [`get,list ${many(1000)} ${many(1000)}`])).toEqual(tooMany);
    const names = `get v1 pods ${many(30_000)}`;
    expect(lack([names], [names])).toEqual([]);
    expect(lack([names], [`${names},one-more`])).toEqual(['get v1 pods one-more']);
    const rules = (verb: string) => Array.from({ length: 20_000 }, (_, index) => `${verb} v1 pods n${index}`);
    expect(lack(rules('get'), rules('list'))).toEqual(tooMany);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('whoever covers a rule may do whatever it allows', () => {
    const some = (...values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
    const arbitrary = fc.record({
      verbs: some('get', 'list', '*'),
      apiGroups: some('a', 'b', '*'),
      resources: some('pods', 'pods/log', '*/log', '*'),
      resourceNames: fc.uniqueArray(fc.constantFrom('x', 'y'), { maxLength: 2 }),
    });
    const requests = ['get', 'list', 'delete'].flatMap((verb) =>
      ['a', 'c'].flatMap((group) =>
        [
          { resource: 'pods' },
          { resource: 'pods', subresource: 'log' },
          { resource: 'nodes', subresource: 'log' },
        ].flatMap((what) => ['', 'x'].map((name) => askedOf({ resourceAttributes: { verb, group, name, ...what } }))),
      ),
    );
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 3 }), fc.array(arbitrary, { maxLength: 3 }), (held, asked) => {
        fc.pre(lackOf(held, asked).length === 0);
        for (const request of requests) {
          if (asked.some((one) => ruleAllows(one, request)))
            expect(held.some((one) => ruleAllows(one, request))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('TestCompactRules: verbs of one resource and one name are put together, paths are not', () => {
  const single = [
    'get v1 pods',
    'list v1 pods',
    'get v1 pods x',
    'list v1 pods x',
    'get v1 pods y',
    'get /x',
    'list /x',
  ];
  expect(lackText(single.map(rule)).split('\n')).toEqual([
    '{APIGroups:["v1"], Resources:["pods"], ResourceNames:["x"], Verbs:["get" "list"]}',
    '{APIGroups:["v1"], Resources:["pods"], ResourceNames:["y"], Verbs:["get"]}',
    '{APIGroups:["v1"], Resources:["pods"], Verbs:["get" "list"]}',
    '{NonResourceURLs:["/x"], Verbs:["get"]}',
    '{NonResourceURLs:["/x"], Verbs:["list"]}',
  ]);
  expect(lackText([rule('get  pods')])).toBe('{APIGroups:[""], Resources:["pods"], Verbs:["get"]}');
});
