// Replays the recorded updates of the kinds that are served: makes the object, waits for its controllers, asks.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorded } from '../../src/api/testing/recorded.ts';
import { fill, records, target } from '../../src/api/testing/recorded.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { Api } from '../support/api.ts';
import { startServer } from '../support/server.ts';
import { isUnserved, send } from './exchange.ts';
import { differencesOf } from './parts.ts';
import type { Verdict } from './share.ts';
import { Shares } from './share.ts';
import { isWrittenLater } from './status-writers.ts';

interface RecordedUpdate extends Recorded {
  readonly rvChanged?: boolean;
  readonly generation?: { readonly before: number | null; readonly after: number | null };
  /** Of a delete. */
  readonly gone?: boolean;
}

const NAMESPACES = ['oracle-upd', 'oracle-upd-lim'];
/** Controllers write to these after they are made. */
const SETTLES =
  /\/(apiservices|certificatesigningrequests|flowschemas|deployments|replicasets|namespaces|nodes|servicecidrs|services|resourcequotas|customresourcedefinitions|clusterroles|replicationcontrollers|daemonsets|statefulsets|jobs|persistentvolumes|poddisruptionbudgets|validatingadmissionpolicies|horizontalpodautoscalers)$/;
const SETTLE_MS = 150;

export async function measureUpdates(ids: readonly string[]): Promise<void> {
  const server = await startServer({ nodes: 0, addOns: false });
  const api = new Api(server);
  const share = new Shares('update', ids);
  try {
    for (const name of NAMESPACES) {
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await send(api, { method: 'POST', path: '/api/v1/namespaces', body });
    }
    await sleep(500);
    for (const record of records('update.jsonl') as RecordedUpdate[]) {
      if (target(record.request.path) === undefined) share.leaveOut();
      else if (ids.length === 0 || ids.includes(record.id) || ids.includes(record.id.split('/')[0] ?? '')) {
        const found = await replay(api, record);
        if (found === undefined) share.leaveOut();
        else share.add(record, found);
      }
    }
    share.print();
  } finally {
    api.close();
    await server.stop();
  }
}

async function replay(api: Api, record: RecordedUpdate): Promise<Verdict | undefined> {
  const { setup, setupRequests = [], request, response } = record;
  if (setup !== undefined) {
    const made = await send(api, setup);
    if (made.status !== 201) return failed(`setup: ${made.status} ${made.text.slice(0, 300)}`);
    if (SETTLES.test(setup.path)) await sleep(SETTLE_MS);
  }
  const object = objectPath(record);
  for (const step of setupRequests) {
    const body = fill(step.body, await read(api, object));
    const done = await send(api, { ...step, body });
    if (done.status >= 300)
      return failed(`setup: ${step.method} ${step.path}: ${done.status} ${done.text.slice(0, 300)}`);
  }
  if (setupRequests.length > 0) await sleep(SETTLE_MS);
  const before = await read(api, object);
  const answer = await send(api, { ...request, body: withTokenVolume(fill(request.body, before), before) });
  if (isUnserved(response, answer)) return undefined;
  const differences = differencesOf(response, answer, isRun(request.path) ? ['status'] : []);
  const resource = target(request.path)?.kind.resource ?? '';
  // A write to the status itself has to be answered as recorded.
  const later =
    differences.length > 0 &&
    isWrittenLater(resource) &&
    !/\/status(\?|$)/.test(request.path) &&
    differencesOf(response, answer, ['status']).length === 0;
  const after = await read(api, object);
  // What waits for a collector is gone sooner here.
  const stays = record.gone === true && after !== undefined;
  const changed = record.rvChanged === false && after !== undefined && versionOf(before) !== versionOf(after);
  if (stays) differences.push({ part: 'effect', text: 'is still there' });
  if (changed) differences.push({ part: 'effect', text: 'resourceVersion changed' });
  return { differences, later: later && !stays && !changed };
}

function failed(text: string): Verdict {
  return { differences: [{ part: 'effect', text }] };
}

/** The generated name of the volume that admission gives a pod. */
function withTokenVolume(body: unknown, current: unknown): unknown {
  const name = /kube-api-access-[a-z0-9]{5}/.exec(JSON.stringify(current) ?? '')?.[0];
  if (name === undefined || body === undefined) return body;
  return JSON.parse(JSON.stringify(body).replaceAll('kube-api-access-<rand>', name));
}

/** Of the object that was made: the request may go to a subresource of it. */
function objectPath({ setup, request }: RecordedUpdate): string {
  const name = (setup?.body as { metadata?: { name?: string } } | undefined)?.metadata?.name;
  return setup === undefined || name === undefined
    ? (request.path.split('?')[0] ?? '')
    : `${setup.path.split('?')[0] ?? ''}/${name}`;
}

async function read(api: Api, path: string): Promise<JsonObject | undefined> {
  const { status, text } = await send(api, { method: 'GET', path });
  return status === 200 ? (JSON.parse(text) as JsonObject) : undefined;
}

function versionOf(object: JsonObject | undefined): unknown {
  return (object?.['metadata'] as JsonObject | undefined)?.['resourceVersion'];
}

/** What a controller has written by then is timing. */
function isRun(path: string): boolean {
  return /\/(apiservices|certificatesigningrequests|flowschemas|deployments|horizontalpodautoscalers|replicasets)\/[^/?]+(\?|$)/.test(
    path,
  );
}
