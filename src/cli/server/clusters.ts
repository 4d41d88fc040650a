// The operator's side of the clusters API.

import { Refusal, reasonOf } from '../refusal.ts';
import type { Answer, Ask } from './https-client.ts';
import { ask } from './https-client.ts';

/** Where the clusters are, and as whom to ask. */
export interface Operator {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  readonly token: string;
  /** PEM; unset: the well-known authorities. */
  readonly ca?: string | undefined;
}

export interface NewCluster {
  readonly name?: string | undefined;
  readonly nodes?: number | undefined;
  /** Quantities. */
  readonly nodeShape?: { readonly cpu?: string | undefined; readonly memory?: string | undefined };
}

export interface ClusterSummary {
  readonly name: string;
  readonly server: string;
  readonly nodes: number;
  readonly createdAt: string;
}

export async function createCluster(
  operator: Operator,
  cluster: NewCluster,
): Promise<ClusterSummary & { readonly kubeconfig: string }> {
  const answer = await send(operator, '/clusters', { method: 'POST', json: cluster });
  return JSON.parse(answer.body) as ClusterSummary & { kubeconfig: string };
}

export async function listClusters(operator: Operator): Promise<readonly ClusterSummary[]> {
  const answer = await send(operator, '/clusters', {});
  return (JSON.parse(answer.body) as { items: ClusterSummary[] }).items;
}

export async function deleteCluster(operator: Operator, name: string): Promise<void> {
  await send(operator, `/clusters/${encodeURIComponent(name)}`, { method: 'DELETE' });
}

/** YAML; undefined if there is no such cluster. */
export async function readKubeconfig(operator: Operator, name: string): Promise<string | undefined> {
  const answer = await send(operator, `/clusters/${encodeURIComponent(name)}/kubeconfig`, {}, [404]);
  return answer.status === 404 ? undefined : answer.body;
}

/** The answer of a cluster to a GET. `operator`: the cluster's address and a token of it. */
export async function askCluster(operator: Operator, path: string): Promise<string> {
  return (await send(operator, path, {})).body;
}

async function send(
  operator: Operator,
  path: string,
  question: Ask,
  alsoGood: readonly number[] = [],
): Promise<Answer> {
  let answer: Answer;
  try {
    answer = await ask(`${operator.url}${path}`, { ...question, token: operator.token, ca: operator.ca });
  } catch (error) {
    throw new Refusal(`cannot reach ${operator.url}: ${reasonOf(error)}`);
  }
  if ((answer.status >= 200 && answer.status < 300) || alsoGood.includes(answer.status)) return answer;
  throw new Refusal(messageOf(answer));
}

function messageOf({ status, body }: Answer): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string' && message !== '') return message;
  } catch {
    // Not a Status: the code must do.
  }
  return `the server answered ${status}`;
}
