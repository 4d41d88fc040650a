import { expect, it } from 'vitest';
import type { Why, WhyStep } from '../api/why.ts';
import { whyText } from './why-text.ts';

const AT = '2026-01-02T03:04:05Z';

function step(rev: number, resource: string, name: string, what: string, actor: string, agent = ''): WhyStep {
  const common = { at: AT, kind: '', namespace: 'default', verb: 'update' as const, cause: 0 };
  return { rev, resource, name, what, actor, agent, ...common };
}

const COMPONENT = 'system:serviceaccount:kube-system:';
const user = step(35, 'deployment.apps', 'web', 'created', 'admin', 'kubectl/v1.36.1 (linux/amd64)');
const set = step(
  37,
  'replicaset.apps',
  'web-5d',
  'created',
  `${COMPONENT}deployment-controller`,
  'deployment-controller',
);
const made = step(41, 'pod', 'web-5d-x', 'created', `${COMPONENT}replicaset-controller`, 'replicaset-controller');
const bound = step(44, 'pod', 'web-5d-x', 'bound to node-1', `${COMPONENT}default-scheduler`, 'default-scheduler');

const ANSWER: Why = {
  kind: 'Why',
  apiVersion: 'kubewisp.dev/v1',
  object: { kind: 'Pod', resource: 'pod', namespace: 'default', name: 'web-5d-x', uid: 'u' },
  events: [
    { ...made, because: [set, user] },
    { ...bound, because: [made, set, user] },
  ],
  omitted: 0,
  compacted: false,
};

it('prints a chain under each event, and each link once', () => {
  expect(whyText(ANSWER)).toBe(`pod/web-5d-x in namespace default

created by replicaset-controller, revision 41, ${AT}
  <- replicaset.apps/web-5d created by deployment-controller, revision 37
  <- deployment.apps/web created by admin with kubectl/v1.36.1, revision 35
bound to node-1 by default-scheduler, revision 44, ${AT}
  <- revision 41, above`);
});

it('says what cannot be told', () => {
  const events = [
    { ...made, because: [{ rev: 37, gap: 'hidden' as const }] },
    { ...bound, because: [{ rev: 9, gap: 'compacted' as const }] },
  ];
  expect(whyText({ ...ANSWER, events, omitted: 3, compacted: true })).toBe(`pod/web-5d-x in namespace default

(what was before is no longer in the log)
created by replicaset-controller, revision 41, ${AT}
  <- revision 37, which you may not see
(3 events left out)
bound to node-1 by default-scheduler, revision 44, ${AT}
  <- revision 9, which is no longer in the log`);
});
