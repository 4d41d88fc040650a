// Replays the recorded creates (dry runs with strict validation) of the kinds that are served, each a request of its own.

import { records, target } from '../../src/api/testing/recorded.ts';
import { Api } from '../support/api.ts';
import { startServer } from '../support/server.ts';
import { isUnserved, send } from './exchange.ts';
import { differencesOf } from './parts.ts';
import { Shares } from './share.ts';

/** What bodies of subresources are sent to. */
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'oracle-fix-pod' },
  spec: { schedulerName: 'oracle-none', containers: [{ name: 'c', image: 'registry.example/app:1' }] },
};
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'oracle-fix-dep', labels: { app: 'fix' } },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'fix' } },
    template: {
      metadata: { labels: { app: 'fix' } },
      spec: { containers: [{ name: 'c', image: 'registry.example/app:1' }] },
    },
  },
};

/** Prints the share of requests that were answered as recorded, by base object. `ids`: these in full (`pod-full/m3`). */
export async function measureCreates(ids: readonly string[]): Promise<void> {
  const server = await startServer({ nodes: 0, addOns: false });
  const api = new Api(server);
  const share = new Shares('create', ids);
  try {
    await send(api, { method: 'POST', path: '/apis/apps/v1/namespaces/default/deployments', body: DEPLOYMENT });
    // A pod is refused until the namespace's service account is there.
    for (let attempt = 0; attempt < 100; attempt++) {
      const { status } = await send(api, { method: 'POST', path: '/api/v1/namespaces/default/pods', body: POD });
      if (status === 201) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // The controllers see to these two.
    await settled(api);
    let before = await revision(api);
    for (const record of records('create.jsonl')) {
      const { request, response } = record;
      // Three requests made the recorded server panic.
      if (response.status === 0 || target(request.path) === undefined) {
        share.leaveOut();
        continue;
      }
      const answer = await send(api, request);
      if (isUnserved(response, answer)) share.leaveOut();
      else {
        const differences = differencesOf(response, answer);
        const now = await revision(api);
        if (now !== before) differences.push({ part: 'effect', text: `revision ${now} instead of ${before}` });
        before = now;
        share.add(record, { differences });
      }
    }
    share.print();
  } finally {
    api.close();
    await server.stop();
  }
}

/** The newest of the cluster: a dry run, refused or not, writes nothing. */
async function revision(api: Api): Promise<string | undefined> {
  const { text } = await send(api, { method: 'GET', path: '/api/v1/namespaces/default/endpoints?limit=1' });
  return (JSON.parse(text) as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion;
}

/** Nothing is written for a second. */
async function settled(api: Api): Promise<void> {
  for (let before = await revision(api), attempt = 0; attempt < 20; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const now = await revision(api);
    if (now === before) return;
    before = now;
  }
}
