// The expected hashes were computed with upstream's own Go code (k8s.io/api and k8s.io/utils of 1.36), over templates that
// were marshalled to protobuf and back as the deployment controller receives them.

import { describe, expect, it } from 'vitest';
import type { PodTemplateSpec } from '../../api/types/core-v1.ts';
import fixtures from './pod-template-hash.fixtures.json';
import { podTemplateHash } from './pod-template-hash.ts';

const cases = fixtures as unknown as Array<{ hash: string; template: PodTemplateSpec }>;

describe('pod template hash', () => {
  it.each(cases)('$hash', ({ hash, template }) => {
    expect(podTemplateHash(template, undefined)).toBe(hash);
  });

  it('changes with the collision count, a count of 0 included', () => {
    const [first] = cases;
    if (first === undefined) throw new Error('no fixtures');
    const hashes = [undefined, 0, 1, 2].map((count) => podTemplateHash(first.template, count));
    expect(new Set(hashes).size).toBe(4);
  });

  it('does not tell absent from empty, as protobuf does not', () => {
    const bare = { spec: { containers: [{ name: 'c' }] } };
    const empty = { metadata: { labels: {} }, spec: { containers: [{ name: 'c', args: [], image: '' }], volumes: [] } };
    expect(podTemplateHash(empty, undefined)).toBe(podTemplateHash(bare, undefined));
  });
});
