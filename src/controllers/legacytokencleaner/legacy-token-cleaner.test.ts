// After kubernetes pkg/controller/serviceaccount/legacy_serviceaccount_token_cleaner_test.go.

import { describe, expect, it } from 'vitest';
import type { Secret } from '../../api/types/core-v1.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { legacyTokenCleaner } from './legacy-token-cleaner.ts';

const DAY_MS = 86_400_000;
const TYPE = 'kubernetes.io/service-account-token';
const INVALID = 'kubernetes.io/legacy-token-invalid-since';
const USED = 'kubernetes.io/legacy-token-last-used';

/** From 2026-01-01 on. */
function cluster({
  listed = true,
  labels = {},
}: { listed?: boolean; labels?: Record<string, string> } = {}): FakeCluster {
  const made = new FakeCluster({ controllers: [legacyTokenCleaner] });
  const { client } = made;
  const secrets = listed ? { secrets: [{ name: 'old' }] } : {};
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot', namespace: 'a' }, ...secrets };
  must(client.create('serviceaccounts', account));
  const annotations = { 'kubernetes.io/service-account.name': 'bot' };
  const metadata = { name: 'old', namespace: 'a', annotations, labels };
  must(client.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata, type: TYPE }));
  made.settle();
  return made;
}

const stored = ({ client }: FakeCluster): Secret | undefined => client.get('secrets', 'a', 'old');

describe('legacy token cleaner', () => {
  it('secret that nobody has used for a year is marked, and goes a year later', () => {
    const made = cluster();
    made.advance(365 * DAY_MS);
    expect(stored(made)?.metadata.labels).toEqual({});
    made.advance(DAY_MS);
    expect(stored(made)?.metadata.labels).toEqual({ [INVALID]: '2027-01-02' });
    made.advance(365 * DAY_MS);
    expect(stored(made)).toBeDefined();
    made.advance(2 * DAY_MS);
    expect(stored(made)).toBeUndefined();
  });

  it('secret was used later: it stays for as much longer', () => {
    const made = cluster({ labels: { [USED]: '2026-07-01' } });
    made.advance(500 * DAY_MS);
    expect(stored(made)?.metadata.labels).toEqual({ [USED]: '2026-07-01' });
    made.advance(100 * DAY_MS);
    expect(stored(made)?.metadata.labels?.[INVALID]).toBe('2027-07-02');
  });

  it('not auto-generated: it stays', () => {
    const made = cluster({ listed: false });
    expect(made.settle()).toBeUndefined();
  });

  it('mounted by a pod: it stays while the pod does', () => {
    const made = cluster();
    const spec = { containers: [{ name: 'c' }], volumes: [{ name: 'v', secret: { secretName: 'old' } }] };
    must(made.client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'a' }, spec }));
    made.advance(400 * DAY_MS);
    expect(stored(made)?.metadata.labels).toEqual({});
    must(made.client.delete('pods', 'a', 'p'));
    made.advance(DAY_MS);
    expect(stored(made)?.metadata.labels?.[INVALID]).toBeDefined();
  });
});
