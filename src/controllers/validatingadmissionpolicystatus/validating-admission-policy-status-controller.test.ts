// After kubernetes pkg/controller/validatingadmissionpolicystatus/controller_test.go and
// staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating/typechecking_test.go.

import { describe, expect, it } from 'vitest';
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
} from '../../api/types/admissionregistration-v1.ts';
import { clone } from '../../lib/json.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { must } from '../testing/objects.ts';
import { validatingAdmissionPolicyStatusController } from './validating-admission-policy-status-controller.ts';

const POLICIES = 'validatingadmissionpolicies.admissionregistration.k8s.io';

function rules(group: string, version: string, ...resources: string[]): ValidatingAdmissionPolicySpec {
  return {
    matchConstraints: {
      resourceRules: [{ apiGroups: [group], apiVersions: [version], operations: ['*'], resources }],
    },
  };
}

function check(spec: ValidatingAdmissionPolicySpec): FakeCluster {
  const made = new FakeCluster({ controllers: [validatingAdmissionPolicyStatusController] });
  const kind = 'ValidatingAdmissionPolicy';
  must(
    made.client.create(POLICIES, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
      metadata: { name: 'p' },
      spec,
    }),
  );
  made.settle();
  return made;
}

const status = ({ client }: FakeCluster) => client.get(POLICIES, '', 'p')?.status;
const warnings = (spec: ValidatingAdmissionPolicySpec) => status(check(spec))?.typeChecking?.expressionWarnings;

describe('TestTypeChecking', () => {
  it('deployments with correct expression', () => {
    const spec = { ...rules('apps', 'v1', 'deployments'), validations: [{ expression: 'object.spec.replicas > 1' }] };
    expect(status(check(spec))).toEqual({ observedGeneration: 1, typeChecking: {} });
  });

  it('deployments with type confusion', () => {
    const spec = { ...rules('apps', 'v1', 'deployments'), validations: [{ expression: 'object.replicas > 1' }] };
    expect(warnings(spec)).toEqual([
      {
        fieldRef: 'spec.validations[0].expression',
        warning:
          "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^",
      },
    ]);
  });

  it('two expressions, the second with an error; message expressions', () => {
    const validations = [
      { expression: 'object.spec.replicas > 1' },
      { expression: 'true', messageExpression: 'object.spec.nothing' },
    ];
    expect(warnings({ ...rules('apps', 'v1', 'deployments'), validations })?.map(({ fieldRef }) => fieldRef)).toEqual([
      'spec.validations[1].messageExpression',
    ]);
  });

  it('several types, one of which lacks the field', () => {
    const validations = [{ expression: 'object.spec.replicas > 1' }];
    const [warning] = warnings({ ...rules('apps', 'v1', 'deployments', 'daemonsets'), validations }) ?? [];
    expect(warning?.warning).toContain("apps/v1, Kind=DaemonSet: ERROR: <input>:1:12: undefined field 'replicas'");
    expect(warning?.warning).not.toContain('Kind=Deployment');
  });

  it('variables have their types', () => {
    const spec = {
      ...rules('', 'v1', 'pods'),
      variables: [{ name: 'names', expression: 'object.spec.containers.map(c, c.name)' }],
      validations: [{ expression: "variables.names.all(n, n != '')" }, { expression: 'variables.names.nothing' }],
    };
    expect(warnings(spec)?.map(({ fieldRef }) => fieldRef)).toEqual(['spec.validations[1].expression']);
  });

  it.each([
    ['*', 'v1', 'deployments'],
    ['apps', '*', 'deployments'],
    ['apps', 'v1', '*'],
    ['apps', 'v1', 'deployments/scale'],
    ['none.example.com', 'v1', 'things'],
  ])('no type is named: %s %s %s', (group, version, resource) => {
    const validations = [{ expression: 'object.nothing' }];
    expect(warnings({ ...rules(group, version, resource), validations })).toBeUndefined();
  });

  it('a policy that would hold everyone up is not checked', () => {
    const validations = Array.from({ length: 2000 }, () => ({ expression: 'object.bad' }));
    expect(warnings({ ...rules('apps', 'v1', 'deployments'), validations })).toBeUndefined();
  });

  it('a generation is looked at once', () => {
    const made = check({ ...rules('apps', 'v1', 'deployments'), validations: [{ expression: 'object.bad' }] });
    const writes = made.history.length;
    made.settle();
    expect(made.history).toHaveLength(writes);
    const next = clone(made.client.get(POLICIES, '', 'p') as ValidatingAdmissionPolicy);
    next.spec = { ...next.spec, validations: [{ expression: 'has(object.spec)' }] };
    must(made.client.update(POLICIES, next));
    made.settle();
    expect(status(made)).toEqual({ observedGeneration: 2, typeChecking: {} });
  });
});
