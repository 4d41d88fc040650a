// The gateway: what speaks to a cluster goes to it at once; the rest is routed here.

import type { Context } from 'hono';
import { Hono } from 'hono';
import type { ClusterRecord } from '../account/account.ts';
import { alreadyExists, failure, notFoundStatus } from '../api/status.ts';
import type { Env } from '../env.ts';
import { createLogger, errorText } from '../lib/log.ts';
import { clusterOf, isClusterName } from './cluster-path.ts';
import { parseCreateRequest } from './create-request.ts';
import { kubeconfig } from './kubeconfig.ts';
import { refuseOperator } from './operator.ts';
import { CLUSTERS, statusResponse, unavailable, unknownCluster } from './status-response.ts';
import { EncodedTexts } from './render/encoded-texts.ts';
import { toCluster } from './to-cluster.ts';

type GatewayContext = Context<{ Bindings: Env }>;

/** All clusters belong to the operator until there are users. */
function account(env: Env) {
  return env.ACCOUNT.get(env.ACCOUNT.idFromName('operator'));
}

function serverUrl(context: GatewayContext, name: string): string {
  const { origin } = new URL(context.req.url);
  return name === context.env.DEFAULT_CLUSTER ? origin : `${origin}/clusters/${name}`;
}

function kubeconfigOf(context: GatewayContext, record: ClusterRecord): string {
  return kubeconfig({
    cluster: record.name,
    server: serverUrl(context, record.name),
    token: record.adminToken,
    caData: context.env.CA_DATA,
  });
}

function summary(context: GatewayContext, record: Pick<ClusterRecord, 'name' | 'createdAt' | 'nodes'>) {
  const { name, createdAt, nodes } = record;
  return { name, createdAt, nodes, server: serverUrl(context, name) };
}

export function createApp(): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();

  const operator = async (context: GatewayContext, next: () => Promise<void>): Promise<Response | undefined> => {
    const refusal = await refuseOperator(context.req.header('Authorization'), context.env.OPERATOR_TOKEN);
    if (refusal !== undefined) return statusResponse(refusal);
    await next();
    return undefined;
  };
  app.use('/clusters', operator);
  app.use('/clusters/*', operator);

  app.post('/clusters', async (context) => {
    const parsed = parseCreateRequest(await context.req.text());
    if (!parsed.ok) return statusResponse(parsed.status);
    const record = await account(context.env).create(parsed.value);
    if (record === undefined) return statusResponse(alreadyExists(CLUSTERS, parsed.value.name ?? ''));
    return context.json({ ...summary(context, record), kubeconfig: kubeconfigOf(context, record) }, 201);
  });

  app.get('/clusters', async (context) => {
    const records = await account(context.env).list();
    return context.json({ items: records.map((record) => summary(context, record)) });
  });

  app.delete('/clusters/:id', async (context) => {
    const name = context.req.param('id');
    const removed = isClusterName(name) && (await account(context.env).remove(name));
    if (!removed) return unknownCluster(name);
    return context.json({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name, group: CLUSTERS.group, kind: CLUSTERS.resource },
    });
  });

  app.get('/clusters/:id/kubeconfig', async (context) => {
    const name = context.req.param('id');
    const record = isClusterName(name) ? await account(context.env).get(name) : undefined;
    if (record === undefined) return unknownCluster(name);
    return context.body(kubeconfigOf(context, record), 200, { 'Content-Type': 'application/yaml' });
  });

  for (const path of ['/livez', '/readyz', '/healthz']) app.get(path, (context) => context.text('ok'));

  app.on('*', ['/clusters', '/clusters/:id', '/clusters/:id/kubeconfig'], () =>
    statusResponse(failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')),
  );
  app.notFound(() => {
    const status = notFoundStatus({ group: '', resource: '' }, '');
    return statusResponse({ ...status, message: 'the server could not find the requested resource', details: {} });
  });
  app.onError((error, context) => {
    createLogger({ level: context.env.LOG_LEVEL }).error('request failed', {
      path: context.req.path,
      error: errorText(error),
    });
    return unavailable(error);
  });
  return app;
}

/** The Worker's fetch handler: Hono sees only what no cluster answers. */
export function createGateway(): ExportedHandler<Env> {
  const app = createApp();
  const encoded = new EncodedTexts();
  return {
    fetch(request, env, context) {
      const cluster = clusterOf(request.url, env.DEFAULT_CLUSTER || undefined);
      return cluster === undefined ? app.fetch(request, env, context) : toCluster(request, env, cluster, encoded);
    },
  };
}
