import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../lib/random.ts';
import type { StrategyContext } from '../../kind.ts';
import type { Service, ServiceSpec } from '../../types/core-v1.ts';
import { allocate, allocationErrors } from './service-allocation.ts';
import { service } from './service.ts';

function cluster(taken: readonly string[] = [], serviceCidr = '10.96.0.0/16', seed = 1): StrategyContext {
  const inUse = new Set(taken);
  return { now: 0, random: seededRandom(seed), serviceCidr, dryRun: false, termInUse: (term) => inUse.has(term) };
}

const port = (number: number, protocol = 'TCP', nodePort?: number) => ({
  port: number,
  protocol,
  ...(nodePort === undefined ? {} : { nodePort }),
});

/** A Service as a create leaves it. */
function created(spec: ServiceSpec, context: StrategyContext): { object: Service; errors: unknown[] } {
  const object = { kind: 'Service', apiVersion: 'v1', metadata: { name: 's', namespace: 'default' }, spec } as Service;
  service.setDefaults?.(object);
  service.prepareForCreate?.(object, context);
  return { object, errors: service.validate?.(object, context) ?? [] };
}

describe('cluster IPs', () => {
  test('are taken from the upper band, inside the range', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { object, errors } = created({ ports: [port(80)] }, cluster([], '10.96.0.0/16', seed));
        const [a, b, c, d] = (object.spec?.clusterIP ?? '').split('.').map(Number) as [number, number, number, number];
        expect(errors).toEqual([]);
        expect([a, b]).toEqual([10, 96]);
        expect(c * 256 + d).toBeGreaterThan(256);
        expect(c * 256 + d).toBeLessThan(65_535);
      }),
    );
  });

  test('are never given twice, and a full range leaves the field empty', () => {
    const taken: string[] = [];
    for (let i = 0; i < 6; i++) {
      const spec: ServiceSpec = { type: 'ClusterIP' };
      allocate(spec, cluster(taken, '10.0.0.0/29', i));
      expect(taken).not.toContain(`clusterip:${spec.clusterIP}`);
      taken.push(`clusterip:${spec.clusterIP}`);
    }
    expect(taken.map((term) => term.slice('clusterip:10.0.0.'.length)).sort()).toEqual(['1', '2', '3', '4', '5', '6']);
    const spec: ServiceSpec = { type: 'ClusterIP' };
    allocate(spec, cluster(taken, '10.0.0.0/29'));
    expect(spec.clusterIP).toBeUndefined();
  });

  test('one that is taken or out of range is refused, and nothing is allocated', () => {
    const context = cluster(['clusterip:10.96.0.10']);
    const taken = created({ clusterIP: '10.96.0.10', type: 'NodePort', ports: [port(80)] }, context);
    expect(taken.errors).toEqual([
      {
        type: 'FieldValueInvalid',
        field: 'spec.clusterIPs',
        message: 'Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
      },
    ]);
    expect(taken.object.spec?.ports?.[0]?.nodePort).toBeUndefined();
    expect(created({ clusterIP: '10.1.0.1', ports: [port(80)] }, context).errors).toHaveLength(1);
    expect(created({ clusterIP: '10.96.0.11', ports: [port(80)] }, context).errors).toEqual([]);
  });

  test('index terms name every address and port', () => {
    const { object } = created({ type: 'NodePort', ports: [port(80, 'TCP', 30_080)] }, cluster());
    expect(service.terms?.(object)).toEqual([`clusterip:${object.spec?.clusterIP}`, 'nodeport:30080']);
    expect(service.terms?.(created({ clusterIP: 'None' }, cluster()).object)).toEqual([]);
  });
});

describe('node ports', () => {
  test('one number over two protocols gets one node port', () => {
    const { object, errors } = created(
      {
        type: 'NodePort',
        ports: [
          { name: 'tcp', ...port(53) },
          { name: 'udp', ...port(53, 'UDP') },
          { name: 'web', ...port(80) },
        ],
      },
      cluster(),
    );
    const [tcp, udp, web] = object.spec?.ports ?? [];
    expect(errors).toEqual([]);
    expect(tcp?.nodePort).toBe(udp?.nodePort);
    expect(web?.nodePort).not.toBe(tcp?.nodePort);
    expect(tcp?.nodePort).toBeGreaterThanOrEqual(30_086);
  });

  test.each([
    [80, 'provided port is not in the valid range. The range of valid ports is 30000-32767'],
    [30_080, 'provided port is already allocated'],
  ])('%d is refused', (nodePort, why) => {
    const { errors } = created({ type: 'NodePort', ports: [port(80, 'TCP', nodePort)] }, cluster(['nodeport:30080']));
    expect(errors).toEqual([
      { type: 'FieldValueInvalid', field: 'spec.ports[0].nodePort', message: `Invalid value: ${nodePort}: ${why}` },
    ]);
  });

  test('an update keeps its own and may not take another’s', () => {
    const old: ServiceSpec = { type: 'NodePort', ports: [port(80, 'TCP', 30_080)], clusterIPs: ['10.96.0.5'] };
    const context = cluster(['nodeport:30080', 'nodeport:30081', 'clusterip:10.96.0.5']);
    expect(allocationErrors(old, old, context)).toEqual([]);
    expect(allocationErrors({ ...old, ports: [port(80, 'TCP', 30_081)] }, old, context)).toHaveLength(1);
  });

  test('a change of type releases and allocates', () => {
    const { object: old } = created(
      { type: 'LoadBalancer', ports: [port(443)], externalTrafficPolicy: 'Local' },
      cluster(),
    );
    expect(old.spec?.healthCheckNodePort).toBeGreaterThan(0);
    const object = structuredClone(old);
    object.spec = { ...object.spec, type: 'ExternalName', externalName: 'db.example.org' };
    service.prepareForUpdate?.(object, old, cluster());
    expect(service.validateUpdate?.(object, old, cluster())).toEqual([]);
    expect(service.terms?.(object)).toEqual([]);
    const back = structuredClone(object);
    back.spec = { ...back.spec, type: 'ClusterIP' };
    service.setDefaults?.(back);
    service.prepareForUpdate?.(back, object, cluster());
    expect(service.terms?.(back)).toHaveLength(1);
  });
});
