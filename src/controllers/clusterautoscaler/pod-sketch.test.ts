import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/types/core-v1.ts';
import { usageOf } from '../../scheduler/pod-info.ts';
import { mayBeMoved, podsToMove } from './movable.ts';
import { podSketch } from './pod-sketch.ts';

const metadata = {
  name: 'p',
  namespace: 'a',
  uid: 'u',
  generation: 3,
  resourceVersion: '7',
  creationTimestamp: '2026-01-01T00:00:00Z',
  managedFields: [{ manager: 'm' }],
};

const spec: NonNullable<Pod['spec']> = {
  nodeName: 'n',
  nodeSelector: { a: 'b' },
  priority: 5,
  overhead: { cpu: '10m' },
  terminationGracePeriodSeconds: 7,
  initContainers: [
    { name: 'side', image: 'x', restartPolicy: 'Always', resources: { requests: { cpu: '100m' } } },
    { name: 'init', image: 'x', resources: { requests: { cpu: '3', memory: '1Gi' } } },
  ],
  containers: [
    { name: 'c', image: 'x', ports: [{ containerPort: 80, hostPort: 8080 }, { containerPort: 81 }] },
    { name: 'd', image: 'x', resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } },
  ],
  volumes: [
    { name: 'v', emptyDir: {} },
    { name: 'w', configMap: { name: 'w' } },
  ],
};

describe('sketches of pods', () => {
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { phase: 'Running', podIP: '10.0.0.1' } };

  it('take as much of a node as the pods', () => {
    expect(usageOf(podSketch.of(pod))).toEqual(usageOf(pod));
  });

  it('may be moved as the pods may', () => {
    expect(mayBeMoved(podSketch.of(pod), [])).toBe(mayBeMoved(pod, []));
    const late = { ...pod, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    for (const seconds of [30, 40]) {
      const now = Date.parse('2026-01-01T00:00:00Z') + seconds * 1000;
      expect(podsToMove([podSketch.of(late)], now)).toHaveLength(podsToMove([late], now).length);
    }
  });

  it('are whole where the pod has no node, and carry no owners of fields', () => {
    const { nodeName: _, ...free } = spec;
    const waiting = podSketch.of({ ...pod, spec: free });
    expect(waiting.spec).toEqual(free);
    expect(waiting.metadata).not.toHaveProperty('managedFields');
  });
});
