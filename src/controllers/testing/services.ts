// A cluster with nodes, Services and pods that have addresses, for tests of the endpoints controllers.

import type { Pod, PodSpec, Service } from '../../api/types/core-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import type { Controller } from '../runtime/component.ts';
import { FakeCluster } from './fake-cluster.ts';
import { aPod, must } from './objects.ts';

export class ServiceCluster extends FakeCluster {
  #pods = 0;

  constructor(...controllers: Controller[]) {
    super({ controllers });
    for (const name of ['n-0', 'n-1']) {
      const labels = { 'topology.kubernetes.io/zone': name.replace('n-', 'z') };
      must(this.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } }));
    }
  }

  addService(spec: Service['spec'] & object = {}, labels?: Record<string, string>): void {
    const metadata = { name: 'web', namespace: 'a', ...(labels === undefined ? {} : { labels }) };
    const defaults = { clusterIP: '10.96.0.9', type: 'ClusterIP', ipFamilies: ['IPv4'], selector: { app: 'web' } };
    const ports = [{ protocol: 'TCP', port: 80, targetPort: 80 }];
    const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ...defaults, ports, ...spec } };
    must(this.client.create('services', service));
    this.settle();
  }

  changeService(change: (service: Service) => void): void {
    const next = clone(this.client.get('services', 'a', 'web'));
    if (next === undefined) throw new Error('no service');
    change(next);
    must(this.client.update('services', next));
    this.settle();
  }

  /** Its address is 10.0.0.N, N counting up from 1; its node is n-0. */
  addPod(name: string, ready: boolean, spec: Partial<PodSpec> = {}, labels = { app: 'web' }): Pod {
    this.#pods += 1;
    const ip = `10.0.${this.#pods >> 8}.${this.#pods & 255}`;
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [this.#condition(ready)] };
    return must(this.client.create('pods', aPod(name, { labels, spec: { nodeName: 'n-0', ...spec }, status })));
  }

  setReady(name: string, ready: boolean): void {
    this.changeStatus(name, { conditions: [this.#condition(ready)] });
  }

  changeStatus(name: string, status: Pod['status'] & object): void {
    const pod = this.client.get('pods', 'a', name);
    if (pod === undefined) throw new Error(`no pod ${name}`);
    must(this.client.updateStatus('pods', { ...pod, status: { ...pod.status, ...status } }));
    this.settle();
  }

  #condition(ready: boolean) {
    return { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: formatTime(this.now) };
  }
}
