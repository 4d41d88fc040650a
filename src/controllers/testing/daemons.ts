// A cluster of nodes with one DaemonSet, for tests of its controller.

import { daemonSet } from '../../api/apps/v1/daemon-set.ts';
import type { StrategyContext } from '../../api/kind.ts';
import type { DaemonSet } from '../../api/types/apps-v1.ts';
import type { Node, Pod } from '../../api/types/core-v1.ts';
import { clone } from '../../lib/json.ts';
import { daemonSetController } from '../daemonset/daemonset-controller.ts';
import type { FakeClusterOptions } from './fake-cluster.ts';
import { FakeCluster } from './fake-cluster.ts';
import type { FakeKubeletOptions } from './fake-kubelet.ts';
import { fakeKubelet } from './fake-kubelet.ts';
import { aDaemonSet, aNode, must } from './objects.ts';

type Spec = Parameters<typeof aDaemonSet>[0];

/** A cluster of these nodes, with one DaemonSet. */
export class Daemons extends FakeCluster {
  constructor(
    nodes: readonly string[],
    spec: Spec = {},
    kubelet: FakeKubeletOptions = {},
    options: FakeClusterOptions = {},
  ) {
    super({ controllers: [daemonSetController(), fakeKubelet(kubelet)], ...options });
    for (const name of nodes) this.addNode(name);
    must(this.client.create('daemonsets.apps', aDaemonSet(spec)));
    this.settle();
  }

  addNode(name: string, spec: Node['spec'] & object = {}, labels?: Record<string, string>): void {
    must(this.client.create('nodes', aNode(name, spec, labels)));
    this.settle();
  }

  changeNode(name: string, edit: (node: Node) => void): void {
    const node = clone(this.client.get('nodes', '', name)) as Node;
    edit(node);
    must(this.client.update('nodes', node));
    this.settle();
  }

  get set(): DaemonSet {
    return this.client.get('daemonsets.apps', 'a', 'web') as DaemonSet;
  }

  change(edit: (spec: DaemonSet['spec'] & object) => void): void {
    const set = clone(this.set);
    if (set.spec !== undefined) edit(set.spec);
    // As the API server does: it counts changes of the template.
    daemonSet.prepareForUpdate?.(set, this.set, {} as StrategyContext);
    must(this.client.update('daemonsets.apps', set));
  }

  setImage(image: string): void {
    this.change((spec) => {
      spec.template = { ...spec.template, spec: { containers: [{ name: 'c', image }] } };
    });
  }

  pods(): Pod[] {
    return this.client.list('pods');
  }

  /** The nodes of its pods, and their images. */
  get placement(): string[] {
    return this.pods()
      .map(({ spec }) => `${spec?.nodeName ?? '-'} ${spec?.containers[0]?.image ?? ''}`)
      .toSorted();
  }

  report(pod: Pod | undefined, phase: string): void {
    const now = pod === undefined ? undefined : this.client.get('pods', 'a', pod.metadata.name);
    if (now === undefined) throw new Error('no pod');
    must(this.client.updateStatus('pods', { ...now, status: { ...now.status, phase, conditions: [] } }));
    this.settle();
  }

  get told(): string[] {
    return this.events.map(({ reason }) => reason);
  }

  /** Numbers of its revisions. */
  get revisions(): number[] {
    return this.client
      .list('controllerrevisions.apps')
      .map(({ revision }) => revision)
      .toSorted((a, b) => a - b);
  }
}
