import { describe, expect, it } from 'vitest';
import { defaultIngressClass, INGRESS_CONTROLLER } from '../../api/networking/v1/simulated-ingress.ts';
import type { Ingress } from '../../api/types/networking-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { ingressController } from './ingress-controller.ts';

const INGRESSES = 'ingresses.networking.k8s.io';
const CLASSES = 'ingressclasses.networking.k8s.io';
const OURS = { ingress: [{ ip: '198.18.0.1' }] };

class Doors extends FakeCluster {
  constructor() {
    super({ controllers: [ingressController] });
    must(this.client.create(CLASSES, defaultIngressClass()));
    this.addClass('other', 'example.com/doors');
  }

  addClass(name: string, controller: string): void {
    const draft = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name },
      spec: { controller },
    };
    must(this.client.create(CLASSES, draft));
    this.settle();
  }

  add(ingressClassName?: string, annotations?: Record<string, string>): void {
    const spec = {
      ...(ingressClassName === undefined ? {} : { ingressClassName }),
      defaultBackend: { service: { name: 'web', port: { number: 80 } } },
    };
    const metadata = { name: 'web', namespace: 'a', ...(annotations === undefined ? {} : { annotations }) };
    const draft = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec, status: { loadBalancer: {} } };
    must(this.client.create(INGRESSES, draft));
    expect(this.settle()).toBeUndefined();
  }

  change(change: (ingress: Ingress) => void, part: 'update' | 'updateStatus' = 'update'): void {
    const next = clone(this.ingress());
    change(next);
    must(this.client[part](INGRESSES, next));
    this.settle();
  }

  ingress(): Ingress {
    const found = this.client.get(INGRESSES, 'a', 'web');
    if (found === undefined) throw new Error('no ingress');
    return found;
  }

  get loadBalancer(): unknown {
    return this.ingress().status?.loadBalancer;
  }
}

describe('ingress controller', () => {
  it('an Ingress of its class gets the address, and the user is told', () => {
    const cluster = new Doors();
    cluster.add('kubewisp');
    expect(cluster.loadBalancer).toEqual(OURS);
    expect(cluster.events).toEqual([
      {
        type: 'Normal',
        reason: 'Sync',
        message: 'Scheduled for sync',
        regarding: 'Ingress/web',
        namespace: 'a',
        source: 'kubewisp-ingress-controller',
      },
    ]);
    const { length } = cluster.history;
    cluster.restart();
    expect([cluster.settle(), cluster.history.length]).toEqual([undefined, length]);
  });

  it.each([undefined, 'nobody', 'other'])('one of the class %s is left alone', (name) => {
    const cluster = new Doors();
    cluster.add(name);
    expect([cluster.loadBalancer, cluster.events]).toEqual([{}, []]);
    const theirs = { ingress: [{ ip: '192.0.2.1' }, { hostname: 'a.example.com' }] };
    cluster.change((ingress) => (ingress.status = { loadBalancer: theirs }), 'updateStatus');
    expect(cluster.loadBalancer).toEqual(theirs);
  });

  it('the annotation of old names a class as well', () => {
    const cluster = new Doors();
    cluster.add(undefined, { 'kubernetes.io/ingress.class': 'kubewisp' });
    expect(cluster.loadBalancer).toEqual(OURS);
  });

  it('a change of rules is told of; one of labels or status is not', () => {
    const cluster = new Doors();
    cluster.add('kubewisp');
    cluster.change(({ spec = {} }) => (spec.rules = [{ host: 'a.example.com' }]));
    cluster.change(({ metadata }) => (metadata.labels = { a: 'b' }));
    expect(cluster.events).toHaveLength(2);
  });

  it('an Ingress that changes its class loses the address, and gets it back', () => {
    const cluster = new Doors();
    cluster.add('kubewisp');
    cluster.change(({ spec = {} }) => (spec.ingressClassName = 'other'));
    expect(cluster.loadBalancer).toEqual({});
    cluster.change(({ spec = {} }) => (spec.ingressClassName = 'kubewisp'));
    expect(cluster.loadBalancer).toEqual(OURS);
  });

  it('a class that comes later, or goes', () => {
    const cluster = new Doors();
    cluster.add('later');
    cluster.addClass('later', INGRESS_CONTROLLER);
    expect(cluster.loadBalancer).toEqual(OURS);
    cluster.client.delete(CLASSES, '', 'later');
    cluster.settle();
    expect(cluster.loadBalancer).toEqual({});
  });

  it('a status that somebody else writes stands until the Ingress changes', () => {
    const cluster = new Doors();
    cluster.add('kubewisp');
    const theirs = { ingress: [{ ip: '192.0.2.1' }] };
    cluster.change((ingress) => (ingress.status = { loadBalancer: theirs }), 'updateStatus');
    expect(cluster.loadBalancer).toEqual(theirs);
    cluster.change(({ spec = {} }) => (spec.rules = [{ host: 'a.example.com' }]));
    expect(cluster.loadBalancer).toEqual(OURS);
  });
});
