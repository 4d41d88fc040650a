// A Deployment of pods with usage, and its autoscaler.

import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus,
  MetricSpec,
} from '../../../api/types/autoscaling-v2.ts';
import { forbiddenStatus } from '../../../api/status.ts';
import { formatTime } from '../../../lib/clock.ts';
import { clone } from '../../../lib/json.ts';
import { FakeCluster } from '../../testing/fake-cluster.ts';
import { aDeployment, aPod, must } from '../../testing/objects.ts';
import { metricsApiService } from '../../../api/metrics/v1beta1/group.ts';
import { usageAnnotation } from '../../../api/metrics/v1beta1/usage.ts';
import { horizontalPodAutoscalerController } from '../horizontal-pod-autoscaler-controller.ts';

const CPU = usageAnnotation('cpu');
const AUTOSCALERS = 'horizontalpodautoscalers.autoscaling';

export interface AutoscalingOptions {
  /** Undefined: there is no Deployment. */
  readonly replicas?: number | undefined;
  /** CPU of each pod; absent: no API of metrics is served. */
  readonly used?: string;
  readonly spec?: Partial<HorizontalPodAutoscalerSpec>;
  /** A resource whose updates are refused. */
  readonly refused?: string;
}

export function cpu(averageUtilization: number): MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

export class Autoscaling extends FakeCluster {
  constructor({ replicas, used, spec, refused }: AutoscalingOptions) {
    super({
      controllers: [horizontalPodAutoscalerController()],
      gate: (verb, resource) =>
        verb === 'update' && resource === refused
          ? forbiddenStatus({ group: 'apps', resource: 'deployments' }, 'web', 'no')
          : undefined,
    });
    if (used !== undefined) must(this.client.create('apiservices.apiregistration.k8s.io', metricsApiService()));
    if (replicas !== undefined) this.deploy(replicas, used);
    const autoscaler = {
      kind: 'HorizontalPodAutoscaler',
      apiVersion: 'autoscaling/v2',
      metadata: { name: 'web', namespace: 'a' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 1,
        maxReplicas: 5,
        metrics: [cpu(50)],
        ...spec,
      },
    };
    must(this.client.create(AUTOSCALERS, autoscaler));
    this.settle();
  }

  /** With pods that have long been ready. */
  deploy(replicas: number, used?: string): void {
    must(this.client.create('deployments.apps', aDeployment({ replicas })));
    for (let index = 0; index < replicas; index++) {
      must(this.client.create('pods', runningPod(`web-${index}`, this.now - 3_600_000, used)));
    }
  }

  /** CPU of each pod from now on. */
  use(used: string): void {
    for (const pod of this.client.list('pods')) {
      const next = clone(pod);
      next.metadata.annotations = { [CPU]: used };
      must(this.client.update('pods', next));
    }
    this.settle();
  }

  /** As a user does. */
  scale(replicas: number): void {
    const deployment = this.client.get('deployments.apps', 'a', 'web');
    if (deployment?.spec === undefined) throw new Error('no Deployment');
    must(this.client.update('deployments.apps', { ...deployment, spec: { ...deployment.spec, replicas } }));
    this.settle();
  }

  remove(): void {
    must(this.client.delete(AUTOSCALERS, 'a', 'web'));
  }

  get autoscaler(): HorizontalPodAutoscaler | undefined {
    return this.client.get(AUTOSCALERS, 'a', 'web');
  }

  get status(): HorizontalPodAutoscalerStatus | undefined {
    return this.autoscaler?.status;
  }

  /** `AbleToScale=True SucceededGetScale: …` */
  get conditions(): string[] {
    return (this.status?.conditions ?? []).map(
      ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
    );
  }

  get told(): string[] {
    return this.events.map(({ reason, message }) => `${reason}: ${message}`);
  }

  get replicas(): number | undefined {
    return this.client.get('deployments.apps', 'a', 'web')?.spec?.replicas;
  }
}

function runningPod(name: string, since: number, used: string | undefined) {
  const startTime = formatTime(since);
  const pod = aPod(name, {
    labels: { app: 'web' },
    spec: { containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu: '100m' } } }] },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'c',
          image: 'app:1',
          imageID: '',
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: startTime } },
        },
      ],
      startTime,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: startTime }],
    },
  });
  if (used !== undefined) pod.metadata.annotations = { [CPU]: used };
  return pod;
}
