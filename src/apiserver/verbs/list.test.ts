import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { MAPS, metaOf, namesOf, Rig } from '../testing/rig.ts';

const FIVE_MINUTES = 5 * 60_000;

function filled(names = ['a', 'b', 'c', 'd', 'e']): Rig {
  const rig = new Rig();
  for (const name of names) rig.configMap(name, { metadata: { labels: { odd: 'ace'.includes(name) ? 'yes' : 'no' } } });
  return rig;
}

const page = (rig: Rig, url: string) => {
  const { body } = rig.get(url);
  const meta = metaOf(body);
  return {
    names: body['items'] === undefined ? body['message'] : namesOf(body),
    next: meta['continue'] as string | undefined,
    left: meta['remainingItemCount'],
  };
};

describe('pages', () => {
  test('go on where they stopped, in the state of the first', () => {
    const rig = filled();
    const first = page(rig, `${MAPS}?limit=2`);
    expect(first).toMatchObject({ names: ['a', 'b'], left: 3 });
    rig.configMap('bb');
    rig.send('DELETE', `${MAPS}/c`);
    const second = page(rig, `${MAPS}?limit=2&continue=${first.next ?? ''}`);
    expect(second).toMatchObject({ names: ['c', 'd'], left: 1 });
    expect(page(rig, `${MAPS}?limit=2&continue=${second.next ?? ''}`)).toEqual({
      names: ['e'],
      next: undefined,
      left: undefined,
    });
    expect(page(rig, MAPS).names).toEqual(['a', 'b', 'bb', 'd', 'e']);
  });

  test('a selector hides how many are left; a page that a key follows has a token even if nothing more matches', () => {
    const rig = filled();
    expect(page(rig, `${MAPS}?limit=2&labelSelector=odd=no`)).toMatchObject({ names: ['b', 'd'], left: undefined });
    expect(page(rig, `${MAPS}?limit=2&labelSelector=odd=no`).next).toBeDefined();
    expect(page(rig, `${MAPS}?limit=1&fieldSelector=metadata.name=b`)).toEqual({
      names: ['b'],
      next: undefined,
      left: undefined,
    });
  });

  test('across namespaces keys are ordered as the text namespace/name', () => {
    const rig = new Rig();
    for (const namespace of ['a0', 'a', 'a-1']) {
      rig.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
      rig.send('POST', `/api/v1/namespaces/${namespace}/configmaps`, { body: { metadata: { name: 'm' } } });
    }
    const seen: unknown[] = [];
    let next: string | undefined = '';
    do {
      const { body } = rig.get(`/api/v1/configmaps?limit=1&continue=${next}`);
      seen.push(...(body['items'] as JsonObject[]).map((item) => metaOf(item)['namespace']));
      next = metaOf(body)['continue'] as string | undefined;
    } while (next !== undefined);
    expect(seen).toEqual(['a-1', 'a', 'a0']);
  });

  test('a token expires after five minutes, and the answer holds one that goes on', () => {
    const rig = filled();
    const { next } = page(rig, `${MAPS}?limit=2`);
    rig.clock.at += FIVE_MINUTES + 1000;
    rig.configMap('z');
    rig.clock.at += FIVE_MINUTES + 1000;
    const expired = rig.get(`${MAPS}?limit=2&continue=${next ?? ''}`).body;
    expect(expired).toMatchObject({ code: 410, reason: 'Expired' });
    const fresh = String(metaOf(expired)['continue']);
    expect(atob(fresh)).toBe('{"v":"meta.k8s.io/v1","rv":-1,"start":"b\\u0000"}');
    expect(page(rig, `${MAPS}?continue=${fresh}`).names).toEqual(['c', 'd', 'e', 'z']);
    // It is good for any time, and the pages behind it are consistent again.
    rig.clock.at += 2 * FIVE_MINUTES;
    rig.configMap('y');
    const rest = page(rig, `${MAPS}?limit=2&continue=${fresh}`);
    expect(rest).toMatchObject({ names: ['c', 'd'], left: 3 });
    rig.configMap('x');
    expect(page(rig, `${MAPS}?continue=${rest.next ?? ''}`).names).toEqual(['e', 'y', 'z']);
  });

  const token = (text: string) => btoa(text).replace(/=+$/, '');
  test.each([
    ['abc', "invalid character 'i' looking for beginning of value"],
    ['%25', 'illegal base64 data at input byte 0'],
    [token('{'), 'unexpected end of JSON input'],
    [token('{"v":"meta.k8s.io/v1"}'), 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    [
      token('{"v":"meta.k8s.io/v2","rv":5,"start":"x"}'),
      'server does not recognize this encoded version meta.k8s.io/v2',
    ],
    [
      token('{"v":"meta.k8s.io/v1","rv":"x","start":"y"}'),
      'json: cannot unmarshal string into Go struct field continueToken.rv of type int64',
    ],
    [token('{"v":"meta.k8s.io/v1","rv":5,"start":"../x"}'), '../x'],
    [token('{"v":"meta.k8s.io/v1","rv":5}'), 'encoded start key empty (version meta.k8s.io/v1)'],
  ])('token %s is refused', (text, why) => {
    const answer = filled().get(`${MAPS}?limit=1&continue=${text}`);
    expect(answer.body).toMatchObject({
      code: 400,
      message: `invalid continue token: continue key is not valid: ${why}`,
    });
  });
});

test('a kind may refuse a field label in words of its own', () => {
  const refused = new Rig().get('/apis/batch/v1/jobs?fieldSelector=status.failed=1').body;
  expect(refused).toMatchObject({ code: 400, message: 'field label "status.failed" not supported for Job' });
});

describe('a long list', () => {
  const long = (count: number): Rig => {
    const rig = new Rig();
    for (let i = 0; i < count; i++) {
      const labels = { odd: i % 2 === 0 ? 'no' : 'yes' };
      rig.configMap(`m${String(i).padStart(3, '0')}`, { metadata: { labels }, data: { k: 'x'.repeat(10_000) } });
    }
    return rig;
  };
  const pieces = (rig: Rig, url: string): Iterator<string> => {
    const plan = rig.plan('GET', url);
    if (plan.effect !== 'read') throw new Error('no read');
    const { body } = plan.run();
    if (typeof body === 'string') throw new Error('whole');
    return body[Symbol.iterator]();
  };
  const rest = (iterator: Iterator<string>): string => {
    let text = '';
    for (let piece = iterator.next(); piece.done !== true; piece = iterator.next()) text += piece.value;
    return text;
  };

  test('comes in pieces, of the state that it began in', () => {
    const rig = long(100);
    for (const query of ['', '?labelSelector=odd=yes', '?limit=80', '?limit=40&labelSelector=odd=yes']) {
      const whole = rig.get(`${MAPS}${query}`).text;
      const reading = pieces(rig, `${MAPS}${query}`);
      const first = String(reading.next().value);
      expect(first.length).toBeLessThan(600_000);
      for (const name of ['m001', 'm093']) rig.send('DELETE', `${MAPS}/${name}`);
      rig.configMap('m0005');
      expect(first + rest(reading)).toBe(whole);
      for (const name of ['m001', 'm093']) rig.configMap(name, { metadata: { labels: { odd: 'yes' } } });
      rig.send('DELETE', `${MAPS}/m0005`);
    }
  });

  test('breaks off, rather than be wrong, where compaction takes what it still has to tell', () => {
    const rig = long(100);
    const reading = pieces(rig, MAPS);
    rig.send('DELETE', `${MAPS}/m099`);
    rig.log.compact(rig.log.head);
    expect(() => rest(reading)).toThrow('compacted');
  });
});

describe('revisions', () => {
  const rig = filled(['a', 'b']);
  const old = rig.log.head;
  rig.configMap('c');
  const now = rig.log.head;

  test.each([
    ['', ['a', 'b', 'c'], now],
    ['?resourceVersion=0', ['a', 'b', 'c'], now],
    ['?resourceVersion=0&limit=1', ['a', 'b', 'c'], now],
    [`?resourceVersion=${old}`, ['a', 'b', 'c'], now],
    [`?resourceVersion=${old}&limit=5`, ['a', 'b'], old],
    [`?resourceVersion=${old}&resourceVersionMatch=Exact`, ['a', 'b'], old],
    [`?resourceVersion=${old}&resourceVersionMatch=NotOlderThan&limit=1`, ['a'], now],
  ])('%s', (query, names, revision) => {
    const { body } = rig.get(`${MAPS}${query}`);
    expect(namesOf(body)).toEqual(names);
    expect(metaOf(body)['resourceVersion']).toBe(String(revision));
  });

  test.each([
    ['?resourceVersion=abc', 400],
    ['?resourceVersion=9000000', 504],
    ['?resourceVersionMatch=Exact', 422],
    ['?resourceVersion=0&resourceVersionMatch=Exact', 422],
    ['?resourceVersion=1&resourceVersionMatch=Some', 422],
    ['?sendInitialEvents=true', 422],
    ['?limit=x', 400],
    ['/a?resourceVersion=abc', 500],
    ['/a?resourceVersion=9000000', 504],
  ])('%s is refused with %i', (query, code) => {
    expect(rig.get(`${MAPS}${query}`).status).toBe(code);
  });
});

describe('selectors', () => {
  const rig = filled();

  test.each([
    ['labelSelector=odd', ['a', 'b', 'c', 'd', 'e']],
    ['labelSelector=odd!=yes', ['b', 'd']],
    ['labelSelector=odd+in+(yes,no),odd+notin+(no)', ['a', 'c', 'e']],
    ['labelSelector=!odd', []],
    ['fieldSelector=metadata.name!=a', ['b', 'c', 'd', 'e']],
    ['fieldSelector=metadata.name=a,metadata.namespace=default', ['a']],
    ['fieldSelector=metadata.namespace=other', []],
    ['labelSelector=odd=no&fieldSelector=metadata.name=a', []],
  ])('%s', (query, names) => {
    expect(page(rig, `${MAPS}?${query}`).names).toEqual(names);
  });

  test.each([
    [
      `${MAPS}?fieldSelector=data.k=1`,
      '"data.k" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    ['/api/v1/namespaces?fieldSelector=metadata.namespace=x', 'field label not supported: metadata.namespace'],
    ['/api/v1/pods?fieldSelector=spec.bogus=x', 'field label not supported: spec.bogus'],
    [`${MAPS}?fieldSelector=metadata.name`, "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
  ])('%s is refused', (url, message) => {
    expect(rig.get(url).body).toMatchObject({ code: 400, message });
  });
});

test('items carry neither kind nor apiVersion; Events of both groups are the same rows', () => {
  const rig = new Rig();
  const event = {
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
    reason: 'R',
    type: 'Normal',
  };
  rig.send('POST', '/api/v1/namespaces/default/events', { body: event });
  const { body } = rig.get('/apis/events.k8s.io/v1/namespaces/default/events');
  expect(body).toMatchObject({ kind: 'EventList', apiVersion: 'events.k8s.io/v1' });
  const [item] = body['items'] as JsonObject[];
  expect(Object.keys(item ?? {})[0]).toBe('metadata');
  expect(item).toMatchObject({ regarding: { name: 'p' }, reason: 'R' });
});
