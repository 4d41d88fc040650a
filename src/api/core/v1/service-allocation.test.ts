import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clone } from '../../../lib/json.ts';
import { seededRandom } from '../../../lib/random.ts';
import type { StrategyContext } from '../../kind.ts';
import type { Status } from '../../status.ts';
import type { Service, ServiceSpec } from '../../types/core-v1.ts';
import type { ServiceCIDR } from '../../types/networking-v1.ts';
import { service } from './service.ts';

interface Ranges {
  readonly cidrs?: readonly string[];
  readonly closed?: readonly string[];
  readonly seed?: number;
  readonly dryRun?: boolean;
}

function range(cidr: string, closed: boolean): ServiceCIDR {
  const status = closed ? 'False' : 'True';
  return {
    metadata: { name: cidr.replace('/', '-') },
    spec: { cidrs: [cidr] },
    status: { conditions: [{ type: 'Ready', status }] },
  } as ServiceCIDR;
}

function cluster(
  taken: readonly string[] = [],
  { cidrs = ['10.96.0.0/16'], closed = [], seed = 1, dryRun = false }: Ranges = {},
): StrategyContext {
  const inUse = new Set(taken);
  const ranges = [...closed.map((cidr) => range(cidr, true)), ...cidrs.map((cidr) => range(cidr, false))];
  return {
    now: 0,
    random: seededRandom(seed),
    dryRun,
    live: () => ranges as never,
    termInUse: (term) => inUse.has(term),
  };
}

const port = (number: number, protocol = 'TCP', nodePort?: number) => ({
  port: number,
  protocol,
  ...(nodePort === undefined ? {} : { nodePort }),
});

interface Made {
  readonly object: Service;
  readonly refused: Status | undefined;
  readonly errors: unknown[];
}

/** A Service as a create leaves it. */
function created(spec: ServiceSpec, context: StrategyContext): Made {
  const object = { kind: 'Service', apiVersion: 'v1', metadata: { name: 's', namespace: 'default' }, spec } as Service;
  service.setDefaults?.(object);
  const refused = service.allocate?.(object, undefined, context);
  if (refused === undefined) service.prepareForCreate?.(object, context);
  return { object, refused, errors: refused === undefined ? (service.validate?.(object, context) ?? []) : [] };
}

function updated(old: Service, spec: ServiceSpec, context: StrategyContext): Made {
  const object = { ...clone(old), spec };
  service.setDefaults?.(object);
  const refused = service.allocate?.(object, old, context);
  if (refused === undefined) service.prepareForUpdate?.(object, old, context);
  return {
    object,
    refused,
    errors: refused === undefined ? (service.validateUpdate?.(object, old, context) ?? []) : [],
  };
}

function messageOf({ refused }: Made): string {
  return refused?.message ?? '';
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

describe('cluster IPs', () => {
  test('are taken from the upper band, inside the range', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 16, max: 27 }), (seed, prefix) => {
        const cidr = `10.96.0.0/${prefix}`;
        const { object, refused } = created({ ports: [port(80)] }, cluster([], { cidrs: [cidr], seed }));
        const size = 2 ** (32 - prefix);
        const offset = numberOf(object.spec?.clusterIP ?? '') - numberOf('10.96.0.0');
        expect(refused).toBeUndefined();
        expect(offset).toBeGreaterThan(Math.min(Math.max(Math.floor(size / 16), 16), 256));
        expect(offset).toBeLessThan(size - 1);
      }),
    );
  });

  test('are never given twice; then the range is full', () => {
    const taken: string[] = [];
    for (let seed = 0; seed < 6; seed++) {
      const { object } = created({ ports: [port(80)] }, cluster(taken, { cidrs: ['10.0.0.0/29'], seed }));
      const [term = ''] = service.terms?.(object) ?? [];
      expect(taken).not.toContain(term);
      taken.push(term);
    }
    expect(taken.map((term) => term.slice('clusterip:10.0.0.'.length)).sort()).toEqual(['1', '2', '3', '4', '5', '6']);
    const full = created({ ports: [port(80)] }, cluster(taken, { cidrs: ['10.0.0.0/29'] }));
    expect(full.refused?.code).toBe(500);
    expect(messageOf(full)).toBe('Internal error occurred: failed to allocate a serviceIP: range is full');
  });

  test('come from the next range where the first is full, and from none that is closed or of another family', () => {
    const taken = ['clusterip:10.0.0.1', 'clusterip:10.0.0.2'];
    const context = cluster(taken, { cidrs: ['10.0.0.0/30', 'fd00::/112', '10.5.0.0/30'], closed: ['10.4.0.0/24'] });
    expect(created({ ports: [port(80)] }, context).object.spec?.clusterIP).toMatch(/^10\.5\.0\.[12]$/);
  });

  test('one that is taken or out of range is refused, and nothing is allocated', () => {
    const context = cluster(['clusterip:10.96.0.10'], { closed: ['10.4.0.0/24'] });
    const taken = created({ clusterIP: '10.96.0.10', type: 'NodePort', ports: [port(80)] }, context);
    expect(taken.refused?.details?.causes).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'spec.clusterIPs',
        message: 'Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
      },
    ]);
    expect(taken.object.spec?.ports?.[0]?.nodePort).toBeUndefined();
    for (const clusterIP of ['10.1.0.1', '10.4.0.1', '10.96.0.0', '10.96.255.255']) {
      expect(messageOf(created({ clusterIP, ports: [port(80)] }, context))).toBe(
        `Service "s" is invalid: spec.clusterIPs: Invalid value: ["${clusterIP}"]: failed to allocate IP ${clusterIP}: the provided network does not match the current range`,
      );
    }
    expect(created({ clusterIP: '10.96.0.11', ports: [port(80)] }, context).refused).toBeUndefined();
  });

  test('a dry run tells the range, looks at nothing that is taken, and shows placeholders', () => {
    const context = cluster(['clusterip:10.96.0.10', 'nodeport:30080'], { dryRun: true });
    expect(messageOf(created({ clusterIP: '10.1.0.1', ports: [port(80)] }, context))).toMatch(
      'the provided IP (10.1.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
    );
    expect(created({ clusterIP: '10.96.0.10', ports: [port(80)] }, context).refused).toBeUndefined();
    const { object } = created({ type: 'NodePort', ports: [port(80), port(81), port(82, 'TCP', 80)] }, context);
    expect(object.spec?.clusterIP).toBe('10.96.0.0');
    expect(object.spec?.ports?.map(({ nodePort }) => nodePort)).toEqual([32_769, 32_770, 80]);
    const conflict = created({ type: 'NodePort', ports: [port(80, 'TCP', 30_080)] }, context);
    expect(messageOf(conflict)).toMatch('provided port is already allocated');
  });

  test('index terms and companions name every address and port', () => {
    const { object } = created({ type: 'NodePort', ports: [port(80, 'TCP', 30_080)] }, cluster());
    const ip = object.spec?.clusterIP ?? '';
    expect(service.terms?.(object)).toEqual([`clusterip:${ip}`, 'nodeport:30080']);
    expect(service.companions?.(object)).toEqual([
      {
        resource: 'ipaddresses.networking.k8s.io',
        object: {
          kind: 'IPAddress',
          apiVersion: 'networking.k8s.io/v1',
          metadata: {
            name: ip,
            labels: {
              'ipaddress.kubernetes.io/ip-family': 'IPv4',
              'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
            },
          },
          spec: { parentRef: { resource: 'services', namespace: 'default', name: 's' } },
        },
      },
    ]);
    const headless = created({ clusterIP: 'None' }, cluster()).object;
    expect([service.terms?.(headless), service.companions?.(headless)]).toEqual([[], []]);
  });
});

describe('families', () => {
  test('a headless Service without a selector gives up its second family with SingleStack alone', () => {
    const { object } = created({ clusterIP: 'None' }, cluster());
    expect(object.spec).toMatchObject({ ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'] });
    const single = updated(object, { ...object.spec, ipFamilyPolicy: 'SingleStack' }, cluster());
    expect(single.refused).toBeUndefined();
    expect(single.object.spec?.ipFamilies).toEqual(['IPv4']);
    expect(messageOf(updated(object, { ...object.spec, ipFamilies: ['IPv4'] }, cluster()))).toMatch(
      "must be 'SingleStack' to release the secondary IP family",
    );
  });

  test('an update that names no policy keeps the old one', () => {
    const { object } = created({ ports: [port(80)], ipFamilyPolicy: 'PreferDualStack' }, cluster());
    const { ipFamilyPolicy: _, ...spec } = object.spec ?? {};
    expect(updated(object, spec, cluster()).object.spec?.ipFamilyPolicy).toBe('PreferDualStack');
  });
});

describe('node ports', () => {
  test('one number over two protocols gets one node port', () => {
    const ports = [
      { name: 'tcp', ...port(53) },
      { name: 'udp', ...port(53, 'UDP') },
      { name: 'web', ...port(80) },
    ];
    const { object, errors } = created({ type: 'NodePort', ports }, cluster());
    const [tcp, udp, web] = object.spec?.ports ?? [];
    expect(errors).toEqual([]);
    expect(tcp?.nodePort).toBe(udp?.nodePort);
    expect(web?.nodePort).not.toBe(tcp?.nodePort);
    expect(tcp?.nodePort).toBeGreaterThanOrEqual(30_086);
    expect(service.terms?.(object)).toHaveLength(3);
  });

  test('the one that is named for a number holds for the others of that number', () => {
    const { object } = created({ type: 'NodePort', ports: [port(53), port(53, 'UDP', 30_053)] }, cluster());
    expect(object.spec?.ports?.map(({ nodePort }) => nodePort)).toEqual([30_053, 30_053]);
  });

  test.each([
    [80, 'provided port is not in the valid range. The range of valid ports is 30000-32767'],
    [30_080, 'provided port is already allocated'],
  ])('%d is refused', (nodePort, why) => {
    const { refused } = created({ type: 'NodePort', ports: [port(80, 'TCP', nodePort)] }, cluster(['nodeport:30080']));
    expect(refused?.details?.causes).toEqual([
      { reason: 'FieldValueInvalid', field: 'spec.ports[0].nodePort', message: `Invalid value: ${nodePort}: ${why}` },
    ]);
  });

  test('a load balancer that wants none gets what it names, which must be free', () => {
    const spec = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false } as const;
    const ports = [port(80, 'TCP', 30_080), port(81)];
    const { object } = created({ ...spec, ports: clone(ports) }, cluster());
    expect(object.spec?.ports?.map(({ nodePort }) => nodePort)).toEqual([30_080, undefined]);
    expect(messageOf(created({ ...spec, ports }, cluster(['nodeport:30080'])))).toMatch('is already allocated');
  });

  test('an update keeps its own and may not take another’s', () => {
    const { object: old } = created({ type: 'NodePort', ports: [port(80, 'TCP', 30_080)] }, cluster());
    const context = cluster([...(service.terms?.(old) ?? []), 'nodeport:30081']);
    expect(updated(old, clone(old.spec ?? {}), context).refused).toBeUndefined();
    const other = updated(old, { ...old.spec, ports: [port(80, 'TCP', 30_081)] }, context);
    expect(messageOf(other)).toMatch(
      'spec.ports[0].nodePort: Invalid value: 30081: provided port is already allocated',
    );
  });

  test('of a health check: given, taken as named, refused where taken, and not changed', () => {
    const spec: ServiceSpec = { type: 'LoadBalancer', ports: [port(443)], externalTrafficPolicy: 'Local' };
    const { object } = created(clone(spec), cluster());
    expect(object.spec?.healthCheckNodePort).toBeGreaterThanOrEqual(30_086);
    expect(object.spec?.healthCheckNodePort).not.toBe(object.spec?.ports?.[0]?.nodePort);
    const named = { ...clone(spec), healthCheckNodePort: 30_200 };
    expect(created(clone(named), cluster()).object.spec?.healthCheckNodePort).toBe(30_200);
    expect(messageOf(created(named, cluster(['nodeport:30200'])))).toBe(
      'Internal error occurred: failed to allocate requested HealthCheck NodePort 30200: provided port is already allocated',
    );
    const changed = updated(object, { ...clone(object.spec ?? {}), healthCheckNodePort: 30_201 }, cluster());
    expect(messageOf(changed)).toMatch('spec.healthCheckNodePort: Forbidden: field is immutable');
  });

  test('a change of type releases and allocates', () => {
    const { object: old } = created(
      { type: 'LoadBalancer', ports: [port(443)], externalTrafficPolicy: 'Local' },
      cluster(),
    );
    // Its address, two ports, and that it is a load balancer.
    expect(service.terms?.(old)).toHaveLength(4);
    const external = updated(old, { ...old.spec, type: 'ExternalName', externalName: 'db.example.org' }, cluster());
    expect(external.errors).toEqual([]);
    expect([service.terms?.(external.object), service.companions?.(external.object)]).toEqual([[], []]);
    const back = updated(external.object, { ...external.object.spec, type: 'ClusterIP' }, cluster());
    expect(service.terms?.(back.object)).toHaveLength(1);
  });
});
