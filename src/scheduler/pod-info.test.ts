import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '../api/types/core-v1.ts';
import { isCurrent, podInfo, usageOf } from './pod-info.ts';
import { aPod } from './testing/objects.ts';

const Mi = 1024 * 1024;

function container(cpu: string, more: Partial<Container> = {}): Container {
  return { name: 'c', image: 'app:1', resources: { requests: { cpu } }, ...more };
}

const sidecar = (cpu: string): Container => container(cpu, { restartPolicy: 'Always' });

function cpuOf(spec: Partial<Pod['spec'] & object>): number | undefined {
  return usageOf(aPod('p', { spec })).requests.get('cpu');
}

describe('requests of a pod', () => {
  it('are the sum over its containers', () => {
    expect(cpuOf({ containers: [container('1'), container('250m')] })).toBe(1250);
  });

  it('are what its largest init container needs, if that is more', () => {
    const containers = [container('1')];
    expect(cpuOf({ containers, initContainers: [container('3'), container('2')] })).toBe(3000);
    expect(cpuOf({ containers, initContainers: [container('500m')] })).toBe(1000);
  });

  it('count a sidecar beside the containers and beside the init containers after it', () => {
    const containers = [container('1')];
    expect(cpuOf({ containers, initContainers: [sidecar('2')] })).toBe(3000);
    expect(cpuOf({ containers, initContainers: [sidecar('2'), container('3')] })).toBe(5000);
    expect(cpuOf({ containers, initContainers: [container('3'), sidecar('2')] })).toBe(3000);
    expect(cpuOf({ containers, initContainers: [sidecar('1'), sidecar('1'), container('2')] })).toBe(4000);
  });

  it('of the pod as a whole replace the sums of the resources they name', () => {
    const containers = [container('1', { resources: { requests: { cpu: '1', memory: '1Mi' } } })];
    const usage = usageOf(aPod('p', { spec: { containers, resources: { requests: { cpu: '3' } } } }));
    expect([...usage.requests]).toEqual([
      ['cpu', 3000],
      ['memory', Mi],
    ]);
  });

  it('grow by the overhead', () => {
    expect(cpuOf({ containers: [container('1')], overhead: { cpu: '250m' } })).toBe(1250);
    expect(cpuOf({ containers: [], resources: { requests: { cpu: '1' } }, overhead: { cpu: '1' } })).toBe(2000);
  });

  it('are told in upstream order and leave out what is nothing', () => {
    const requests = { 'example.com/gpu': '1', memory: '1Mi', 'a.io/x': '2', 'ephemeral-storage': '0', cpu: '1' };
    const usage = usageOf(aPod('p', { requests }));
    expect([...usage.requests.keys()]).toEqual(['cpu', 'memory', 'a.io/x', 'example.com/gpu']);
  });

  it('have stand-ins for scores only, for each container that names none', () => {
    const containers = [container('1'), { name: 'd', image: 'app:1' }];
    const usage = usageOf(aPod('p', { spec: { containers } }));
    expect([...usage.requests]).toEqual([['cpu', 1000]]);
    expect(usage.scoredCpu).toBe(1100);
    expect(usage.scoredMemory).toBe(400 * Mi);
  });
});

it('host ports are those of containers and sidecars, on all addresses unless one is named', () => {
  const ports = (hostPort: number, hostIP?: string) => ({
    ports: [{ containerPort: 1, hostPort, ...(hostIP === undefined ? {} : { hostIP }) }, { containerPort: 2 }],
  });
  const spec = {
    containers: [container('1', ports(80))],
    initContainers: [container('1', ports(81)), { ...sidecar('1'), ...ports(82, '10.0.0.1') }],
  };
  expect(usageOf(aPod('p', { spec })).hostPorts).toEqual([
    { ip: '0.0.0.0', protocol: 'TCP', port: 80 },
    { ip: '10.0.0.1', protocol: 'TCP', port: 82 },
  ]);
});

it.each([
  ['nginx', 'nginx:latest'],
  ['nginx:1', 'nginx:1'],
  ['example.com:5000/app', 'example.com:5000/app:latest'],
  ['example.com:5000/app:2', 'example.com:5000/app:2'],
  ['app@sha256:abc', 'app@sha256:abc'],
])('the image %s is known as %s', (image, known) => {
  expect(podInfo(aPod('p', { spec: { containers: [{ name: 'c', image }] } })).images).toEqual([known]);
});

it('a usage is current for the same uid and generation only', () => {
  const pod = aPod('p');
  const usage = usageOf(pod);
  expect(isCurrent(usage, pod)).toBe(true);
  expect(isCurrent(usage, { ...pod, metadata: { ...pod.metadata, generation: 2 } })).toBe(false);
  expect(isCurrent(usage, { ...pod, metadata: { ...pod.metadata, uid: 'another' } })).toBe(false);
});
