// What a flow schema says of the level that it refers to.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/util/flowcontrol/apf_controller.go (presyncFlowSchemaStatus).

import { formatTime } from '../../../lib/clock.ts';
import type { Draft } from '../../object.ts';
import type { FlowSchema, FlowSchemaCondition } from '../../types/flowcontrol-v1.ts';

/** `found`: whether the level is there. */
export function withDangling({ spec, status }: Draft<FlowSchema>, found: boolean, now: number): FlowSchemaCondition[] {
  const level = spec?.priorityLevelConfiguration.name ?? '';
  const text = `This FlowSchema references the PriorityLevelConfiguration object named "${level}"`;
  const value = found ? 'False' : 'True';
  const conditions = status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === 'Dangling');
  const since = old?.status === value ? old.lastTransitionTime : undefined;
  const dangling: FlowSchemaCondition = {
    type: 'Dangling',
    status: value,
    lastTransitionTime: since ?? formatTime(now),
    reason: found ? 'Found' : 'NotFound',
    message: found ? `${text} and it exists` : `${text} but there is no such object`,
  };
  return old === undefined ? [...conditions, dangling] : conditions.map((one) => (one === old ? dangling : one));
}
