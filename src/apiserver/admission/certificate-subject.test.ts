import { expect, test } from 'vitest';
import { certificateRequest } from '../testing/certificate-request.ts';
import { Rig } from '../testing/rig.ts';

const SIGNER = 'kubernetes.io/kube-apiserver-client';

async function post(subject: string, signerName = SIGNER) {
  const spec = { request: await certificateRequest(subject), signerName, usages: ['client auth'] };
  const body = { metadata: { name: 'r' }, spec };
  return new Rig().send('POST', '/apis/certificates.k8s.io/v1/certificatesigningrequests', { body });
}

test('TestPlugin_Validate: no organization of masters for the signer of clients', async () => {
  const refused = await post('CN=panda, O=dev, O=system:masters');
  expect(refused.body).toMatchObject({
    code: 403,
    message: `certificatesigningrequests.certificates.k8s.io "r" is forbidden: use of ${SIGNER} signer with system:masters group is not allowed`,
  });
  expect((await post('CN=system:masters, O=dev')).status).toBe(201);
  expect((await post('CN=panda, O=system:masters', 'example.com/other')).status).toBe(201);
});
