import { expect, test } from 'vitest';
import { goName, internalForm } from './internal-form.ts';
import { textDiff } from './text-diff.ts';

test('fields bear the names that Go gives them', () => {
  const names = (type: string, ...fields: string[]) => fields.map((field) => goName(type, field));
  expect(names('PodSpec', 'dnsPolicy', 'hostPID', 'os', 'setHostnameAsFQDN', 'nodeName')).toEqual([
    'DNSPolicy',
    'HostPID',
    'OS',
    'SetHostnameAsFQDN',
    'NodeName',
  ]);
  expect(names('RBDVolumeSource', 'image', 'fsType')).toEqual(['RBDImage', 'FSType']);
  expect(names('Container', 'image', 'tty', 'ports')).toEqual(['Image', 'TTY', 'Ports']);
  expect(names('VolumeMount', 'subPath')).toEqual(['SubPath']);
});

test('every field is shown: null where Go has a pointer, a list or a map, else its zero', () => {
  expect(internalForm('ContainerPort', { containerPort: 80 })).toEqual({
    Name: '',
    HostPort: 0,
    ContainerPort: 80,
    Protocol: '',
    HostIP: '',
  });
  expect(internalForm('EnvVarSource', { resourceFieldRef: { resource: 'limits.cpu' } })).toEqual({
    FieldRef: null,
    ResourceFieldRef: { ContainerName: '', Resource: 'limits.cpu', Divisor: '0' },
    ConfigMapKeyRef: null,
    SecretKeyRef: null,
    FileKeyRef: null,
  });
  expect(internalForm('Container', { name: 'a' })).toMatchObject({
    Command: null,
    Resources: { Limits: null, Requests: null, Claims: null },
    LivenessProbe: null,
    Stdin: false,
  });
});

test("what a pod's spec says of the host is shown in its security context", () => {
  const shown = internalForm('PodSpec', { containers: [], hostNetwork: true, hostUsers: false, serviceAccount: 'x' });
  expect(shown).not.toHaveProperty('HostNetwork');
  expect(shown).not.toHaveProperty('DeprecatedServiceAccount');
  expect(shown).toMatchObject({
    SecurityContext: { HostNetwork: true, HostPID: false, HostUsers: false, FSGroup: null },
  });
  expect(internalForm('PodSpec', { containers: [] })).toMatchObject({ SecurityContext: { HostNetwork: false } });
});

test('types of other groups are shown as they are served', () => {
  const selector = { matchLabels: { a: 'b' } };
  expect(internalForm('PersistentVolumeClaimSpec', { selector })).toMatchObject({ Selector: selector });
  expect(internalForm('PersistentVolumeClaimTemplate', { metadata: { labels: { a: 'b' } }, spec: {} })).toMatchObject({
    labels: { a: 'b' },
    Spec: { AccessModes: null },
  });
});

test('a difference shows what changed and a little around it', () => {
  const before = { server: 'a', path: '/<x>' };
  expect(textDiff('NFSVolumeSource', before, { ...before, readOnly: true })).toBe(
    '@@ -1,5 +1,5 @@\n {\n  "Server": "a",\n  "Path": "/\\u003cx\\u003e",\n- "ReadOnly": false\n+ "ReadOnly": true\n }\n',
  );
  expect(textDiff('NFSVolumeSource', before, before)).toBe('');
});

test('a spec of a megabyte is shown in bounded size and time', () => {
  const volumes = Array.from({ length: 50_000 }, (_, index) => ({ name: `v${index}` }));
  const start = performance.now();
  const text = textDiff('PodSpec', { containers: [], volumes }, { containers: [], volumes: volumes.toReversed() });
  expect(text.length).toBeLessThan(4_000_000);
  expect(performance.now() - start).toBeLessThan(2_000);
});
