// Services, and the node ports and load balancers that they take.
// Models kubernetes pkg/quota/v1/evaluator/core/services.go.

import { deepEqual } from '../../lib/json.ts';
import type { KubeObject } from '../object.ts';
import type { Service } from '../types/core-v1.ts';
import type { Amounts } from './amounts.ts';
import { whole } from './amounts.ts';
import type { Evaluator } from './evaluator.ts';

const NAMES = ['count/services', 'services', 'services.nodeports', 'services.loadbalancers'];

function usage(object: KubeObject): Amounts {
  const { type, ports = [], allocateLoadBalancerNodePorts } = (object as Service).spec ?? {};
  let nodePorts = 0;
  if (type === 'NodePort' || type === 'LoadBalancer') {
    // Without allocation those that are named count.
    const named = type === 'LoadBalancer' && allocateLoadBalancerNodePorts === false;
    nodePorts = named ? ports.filter(({ nodePort = 0 }) => nodePort !== 0).length : ports.length;
  }
  return new Map([
    ['count/services', whole(1)],
    ['services', whole(1)],
    ['services.nodeports', whole(nodePorts)],
    ['services.loadbalancers', whole(type === 'LoadBalancer' ? 1 : 0)],
  ]);
}

export const serviceEvaluator: Evaluator = {
  charges: (operation, subresource) => operation !== 'DELETE' && subresource === '',
  matching: (given) => given.filter((name) => NAMES.includes(name)),
  isInScope: () => false,
  usage,
  releases: (object, old) => !deepEqual([...usage(object).values()], [...usage(old).values()]),
};
