// New pods of a Job.
// Models kubernetes pkg/controller/job/{job_controller,indexed_job_utils}.go.

import type { Draft } from '../../api/object.ts';
import type { Job } from '../../api/types/batch-v1.ts';
import type { Container, Pod } from '../../api/types/core-v1.ts';
import { podFromTemplate } from '../common/pod-control.ts';
import { nextFailureCounts } from './index-failures.ts';
import { INDEX_KEY, TRACKING_FINALIZER } from './pods.ts';

const INDEX_ENV = 'JOB_COMPLETION_INDEX';
/** Of a generated name, what comes before its 5 random characters. */
const MAX_PREFIX = 58;

export interface PodPlan {
  /** In an Indexed Job. */
  readonly index?: number;
  /** The failed pod of the same index whose place it takes. */
  readonly replaced?: Pod | undefined;
}

export function podDraft(job: Job, { index, replaced }: PodPlan): Draft<Pod> {
  const draft = podFromTemplate(job, job.spec?.template);
  const { metadata, spec } = draft;
  metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), TRACKING_FINALIZER])];
  if (index === undefined) return draft;
  metadata.generateName = generateName(job.metadata.name, index);
  metadata.labels = { ...metadata.labels, [INDEX_KEY]: `${index}` };
  metadata.annotations = { ...metadata.annotations, [INDEX_KEY]: `${index}` };
  if (job.spec?.backoffLimitPerIndex !== undefined) {
    Object.assign(metadata.annotations, nextFailureCounts(job.spec.podFailurePolicy, replaced));
  }
  if (spec !== undefined) {
    spec.hostname = `${job.metadata.name}-${index}`;
    for (const container of [...(spec.initContainers ?? []), ...spec.containers]) addIndexVariable(container);
  }
  return draft;
}

function generateName(name: string, index: number): string {
  const suffix = `-${index}-`;
  return name.slice(0, MAX_PREFIX - suffix.length) + suffix;
}

function addIndexVariable(container: Container): void {
  if (container.env?.some(({ name }) => name === INDEX_ENV)) return;
  const fieldPath = `metadata.labels['${INDEX_KEY}']`;
  container.env = [...(container.env ?? []), { name: INDEX_ENV, valueFrom: { fieldRef: { fieldPath } } }];
}
