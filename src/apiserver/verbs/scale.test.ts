import { beforeEach, describe, expect, it } from 'vitest';
import { Rig, metaOf } from '../testing/rig.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const SCALE = `${DEPLOYMENTS}/web/scale`;

describe('scale', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
    const labels = { app: 'web' };
    const spec = { containers: [{ name: 'c', image: 'a:1' }] };
    rig.send('POST', DEPLOYMENTS, {
      body: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      },
    });
  });

  const put = (metadata: object, replicas = 5, query = '') =>
    rig.send('PUT', `${SCALE}${query}`, {
      body: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { ...metadata }, spec: { replicas } },
    });
  const replicas = () => rig.get(`${DEPLOYMENTS}/web`).body['spec'] as { replicas: number };

  it('is read and written as a view of its object', () => {
    const { body } = rig.get(SCALE);
    expect(body).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 2 } });
    const { uid, resourceVersion } = metaOf(body);
    expect(put({ name: 'web', uid, resourceVersion })).toMatchObject({ status: 200, body: { spec: { replicas: 5 } } });
    expect(replicas()).toMatchObject({ replicas: 5 });
  });

  it.each([
    ['another name', { name: 'other' }, 400, 'the name of the object (other) does not match the name on the URL (web)'],
    ['no name', {}, 400, 'the name of the object (web based on URL) was undeterminable: name must be provided'],
    [
      'another namespace',
      { name: 'web', namespace: 'other' },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    ['a stale revision', { name: 'web', resourceVersion: '1' }, 409, /the object has been modified/],
    [
      'another uid',
      { name: 'web', uid: 'other' },
      409,
      /Key: \/registry\/deployments\/default\/web, .* UID in precondition: other,/,
    ],
  ])('is refused with %s', (_, metadata, status, message) => {
    const answer = put(metadata);
    expect(answer.status).toBe(status);
    expect(answer.body['message']).toMatch(message);
    expect(replicas()).toMatchObject({ replicas: 2 });
  });

  it("a dry run's refusal tells the key without its root", () => {
    expect(put({ name: 'web', uid: 'other' }, 5, '?dryRun=All').body['message']).toContain(
      'Key: /deployments/default/web,',
    );
  });

  it('cannot be negative', () => {
    expect(put({ name: 'web' }, -1)).toMatchObject({
      status: 422,
      body: {
        message:
          'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      },
    });
  });
});
