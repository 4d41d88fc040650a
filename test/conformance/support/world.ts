// A server for one file of conformance tests, and a namespace for each test, as upstream's framework gives them.

import type { KubeObject } from '../../../src/api/object.ts';
import type { Namespace, ServiceAccount } from '../../../src/api/types/core-v1.ts';
import { Api } from '../../support/api.ts';
import type { TestServer, TestServerOptions } from '../../support/server.ts';
import { startServer } from '../../support/server.ts';
import { Collection } from './collection.ts';

export class World {
  readonly server: TestServer;
  readonly api: Api;

  constructor(server: TestServer) {
    this.server = server;
    this.api = new Api(server);
  }

  /**
   * `of('configmaps', namespace)`, `of('storageclasses.storage.k8s.io')`: of the core group, or of version `v1` of another unless
   * `version` says otherwise. Without a namespace: cluster-scoped objects, or those of all namespaces.
   */
  of<T extends KubeObject>(resource: string, namespace?: string, version = 'v1'): Collection<T> {
    const [name = '', ...group] = resource.split('.');
    const root = group.length === 0 ? '/api/v1' : `/apis/${group.join('.')}/${version}`;
    const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
    return new Collection<T>(this.api, `${root}${scope}/${name}`);
  }

  /** A new namespace that takes pods. Answers its name. */
  async namespace(base: string, labels: Readonly<Record<string, string>> = {}): Promise<string> {
    const { metadata } = await this.of<Namespace>('namespaces').create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { generateName: `${base}-`, labels },
    });
    const accounts = this.of<ServiceAccount>('serviceaccounts', metadata.name).watch();
    await accounts.until('ADDED', (account) => account.metadata.name === 'default');
    await accounts.close();
    return metadata.name;
  }

  /** The document at a path, of discovery say. */
  async document<T>(path: string): Promise<T> {
    const { status, text } = await this.api.send({ path });
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  }

  async end(): Promise<void> {
    this.api.close();
    await this.server.stop();
  }
}

export async function startWorld(options: TestServerOptions = {}): Promise<World> {
  return new World(await startServer(options));
}

/** Asks every 100 ms until the answer is as wanted; gives up after 20 s. */
export async function eventually<T>(what: string, ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Until an object is no longer there, whatever had to be waited for. */
export async function untilGone(collection: Collection, name: string): Promise<void> {
  const query = `?fieldSelector=metadata.name%3D${name}`;
  await eventually(
    `${name} is gone`,
    async () => (await collection.list(query)).items,
    (items) => items.length === 0,
  );
}
