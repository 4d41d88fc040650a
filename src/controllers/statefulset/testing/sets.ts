// A cluster with one StatefulSet, and what a test asks of it.

import type { StatefulSet, StatefulSetSpec } from '../../../api/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod } from '../../../api/types/core-v1.ts';
import { clone } from '../../../lib/json.ts';
import { garbageCollector } from '../../garbagecollector/garbage-collector.ts';
import type { FakeClusterOptions } from '../../testing/fake-cluster.ts';
import { FakeCluster } from '../../testing/fake-cluster.ts';
import { fakeKubelet } from '../../testing/fake-kubelet.ts';
import { must } from '../../testing/objects.ts';
import { ordinalOf } from '../identity.ts';
import { statefulSetController } from '../statefulset-controller.ts';

export const SETS = 'statefulsets.apps';
export const CLAIMS = 'persistentvolumeclaims';
export const LABELS = { app: 'web' };

export const DATA = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
} as unknown as PersistentVolumeClaim;

interface Options {
  readonly ready?: (pod: Pod) => boolean;
  readonly lingers?: (pod: Pod) => boolean;
  readonly gate?: FakeClusterOptions['gate'];
}

/** A cluster with the set `a/web`, whose kubelet makes every pod ready at once unless told otherwise. */
export class Sets extends FakeCluster {
  constructor(spec: Partial<StatefulSetSpec> = {}, options: Options = {}) {
    super({
      controllers: [statefulSetController, garbageCollector, fakeKubelet(options)],
      ...(options.gate === undefined ? {} : { gate: options.gate }),
    });
    must(
      this.client.create(SETS, {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'web', namespace: 'a' },
        spec: {
          replicas: 3,
          serviceName: 'web',
          selector: { matchLabels: LABELS },
          template: { metadata: { labels: LABELS }, spec: { containers: [{ name: 'c', image: 'app:1' }] } },
          updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
          podManagementPolicy: 'OrderedReady',
          ...spec,
        },
      }),
    );
    this.settle();
  }

  get set(): StatefulSet {
    const set = this.client.get(SETS, 'a', 'web');
    if (set === undefined) throw new Error('the set is gone');
    return set;
  }

  /** `web-0 app:1`, by ordinal; with `-` before what is on its way out. */
  get pods(): string[] {
    return this.client
      .list('pods')
      .toSorted((a, b) => ordinalOf(a) - ordinalOf(b))
      .map(({ metadata, spec }) => {
        const going = metadata.deletionTimestamp === undefined ? '' : '-';
        return `${going}${metadata.name} ${spec?.containers[0]?.image}`;
      });
  }

  get claims(): string[] {
    return this.client.list(CLAIMS).map(({ metadata }) => {
      const owners = (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind}/${name}`);
      return [metadata.name, ...owners].join(' ');
    });
  }

  get told(): string[] {
    return this.events.map(({ reason, message }) => `${reason}: ${message}`);
  }

  /** In the order in which they were made. */
  get made(): string[] {
    return this.history
      .filter(({ resource, verb }) => resource === 'pods' && verb === 'create')
      .map(({ name }) => name);
  }

  change(how: (spec: StatefulSetSpec) => void): void {
    const next = clone(this.set);
    if (next.spec !== undefined) how(next.spec);
    next.metadata.generation = (next.metadata.generation ?? 0) + 1;
    must(this.client.update(SETS, next));
    this.settle();
  }

  setImage(image: string): void {
    this.change(({ template }) => {
      for (const container of template.spec?.containers ?? []) container.image = image;
    });
  }

  kill(name: string): void {
    this.client.delete('pods', 'a', name);
    this.settle();
  }

  fail(name: string): void {
    const pod = this.client.get('pods', 'a', name);
    if (pod === undefined) throw new Error(`no ${name}`);
    must(this.client.updateStatus('pods', { ...pod, status: { ...pod.status, phase: 'Failed' } }));
    this.settle();
  }
}
