// After kubernetes pkg/controller/volume/persistentvolume/index_test.go.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '../../types/core-v1.ts';
import { bestVolume, mismatch } from './volume-matching.ts';

const stored = (name: string, namespace?: string) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  ...(namespace === undefined ? {} : { namespace }),
});

function volume(name: string, storage: string, modes: string[], rest: PersistentVolume['spec'] = {}): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: stored(name),
    spec: { capacity: { storage }, accessModes: modes, volumeMode: 'Filesystem', ...rest },
    status: { phase: 'Available' },
  };
}

function claim(storage: string, modes: string[], rest: PersistentVolumeClaim['spec'] = {}): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: stored('claim01', 'myns'),
    spec: { accessModes: modes, resources: { requests: { storage } }, ...rest },
  };
}

const [RWO, ROX, RWX] = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'] as const;
const NOW = { delayed: false };
const labelled = (made: PersistentVolume, labels: Record<string, string>): PersistentVolume => ({
  ...made,
  metadata: { ...made.metadata, labels },
});

const VOLUMES = [
  volume('gce-pd-10', '10G', [RWO, ROX]),
  volume('gce-pd-5', '5G', [RWO, ROX]),
  volume('gce-pd-1', '1G', [RWO, ROX]),
  volume('nfs-5', '5G', [RWO, ROX, RWX]),
  volume('nfs-10', '10G', [RWO, ROX, RWX]),
  volume('nfs-1', '1G', [RWO, ROX, RWX]),
  labelled(volume('gce-pd-20-small', '50G', [RWO, ROX]), { 'should-exist': 'true' }),
  volume('gold-50', '50G', [RWO], { storageClassName: 'gold' }),
  volume('block-10', '10G', [RWO], { volumeMode: 'Block' }),
];

describe('TestMatchVolume', () => {
  it.each([
    ['successful-match-gce-pd', 'gce-pd-10', claim('8G', [ROX, RWO])],
    ['successful-match-nfs', 'nfs-5', claim('5G', [ROX, RWO, RWX])],
    ['successful-skip-1g-bound-volume', 'gce-pd-5', claim('3G', [ROX, RWO])],
    ['successful-no-match', undefined, claim('999G', [ROX, RWO])],
    [
      'successful-no-match-due-to-label',
      undefined,
      claim('20G', [RWO], { selector: { matchLabels: { 'should-not-exist': 'true' } } }),
    ],
    [
      'successful-match-due-to-label',
      'gce-pd-20-small',
      claim('20G', [RWO], { selector: { matchLabels: { 'should-exist': 'true' } } }),
    ],
    ['successful-match-with-class', 'gold-50', claim('1G', [RWO], { storageClassName: 'gold' })],
    ['fail-class', undefined, claim('1G', [RWO], { storageClassName: 'silver' })],
    ['block', 'block-10', claim('1G', [RWO], { volumeMode: 'Block' })],
  ])('%s', (_, expected, wanted) => {
    expect(bestVolume(wanted, VOLUMES, NOW)?.metadata.name).toBe(expected);
  });
});

describe('TestFindingPreboundVolumes', () => {
  const reference = { namespace: 'myns', name: 'claim01' };
  const wanted = claim('1G', [RWO]);
  const small = volume('pv1', '1G', [RWO]);
  const large = volume('pv8', '8G', [RWO]);

  it('without a volume that is kept for the claim the smallest is taken', () => {
    expect(bestVolume(wanted, [large, small], NOW)?.metadata.name).toBe('pv1');
  });

  it('one that is kept for it comes before all others, even before it is available', () => {
    const kept = { ...large, spec: { ...large.spec, claimRef: reference }, status: { phase: 'Pending' } };
    expect(bestVolume(wanted, [small, kept], NOW)?.metadata.name).toBe('pv8');
  });

  it('one that is kept for another is never taken', () => {
    const others = { ...small, spec: { ...small.spec, claimRef: { ...reference, uid: 'another' } } };
    expect(bestVolume(wanted, [others], NOW)).toBeUndefined();
  });

  it('nor one that is being deleted', () => {
    const going = { ...small, metadata: { ...small.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(bestVolume(wanted, [going], NOW)).toBeUndefined();
  });
});

describe('TestBestMatchDelayed', () => {
  const wanted = claim('1G', [RWO]);
  const affine = (name: string, zone: string): PersistentVolume => {
    const matchExpressions = [{ key: 'zone', operator: 'In', values: [zone] }];
    return volume(name, '1G', [RWO], { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } });
  };

  it('a claim that waits for its pod gets nothing before', () => {
    expect(bestVolume(wanted, VOLUMES, { delayed: true })).toBeUndefined();
  });

  it('and then what its node reaches', () => {
    const node = { name: 'n', labels: { zone: 'b' } };
    const volumes = [affine('a', 'a'), affine('b', 'b')];
    expect(bestVolume(wanted, volumes, { delayed: true, node })?.metadata.name).toBe('b');
    expect(bestVolume(wanted, volumes, { delayed: true, node, taken: new Set(['b']) })).toBeUndefined();
  });
});

it('what is chosen suits the claim, and nothing smaller with as few modes does', () => {
  const modes = fc.subarray<string>([RWO, ROX, RWX], { minLength: 1 });
  const size = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(fc.array(fc.tuple(size, modes), { maxLength: 8 }), size, modes, (offers, wants, asked) => {
      const volumes = offers.map(([gigas, given], index) => volume(`v${index}`, `${gigas}G`, given));
      const wanted = claim(`${wants}G`, asked);
      const suitable = volumes.filter((offered) => mismatch(offered, wanted) === undefined);
      const best = bestVolume(wanted, volumes, NOW);
      if (best === undefined) return suitable.length === 0;
      const rank = ({ spec }: PersistentVolume): number =>
        (spec?.accessModes?.length ?? 0) * 100 + Number.parseInt(String(spec?.capacity?.['storage']), 10);
      return suitable.includes(best) && suitable.every((other) => rank(other) >= rank(best));
    }),
  );
});
