// A server of its own for a suite: the same bare workerd that `kubewisp up` starts, on a free port, with its data in a
// temporary directory. Always `await server.stop()` in the end.

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKubeconfig } from '../../src/cli/kubeconfig-file.ts';
import type { NewCluster, Operator } from '../../src/cli/server/clusters.ts';
import { createCluster } from '../../src/cli/server/clusters.ts';
import type { DataDir } from '../../src/cli/server/data-dir.ts';
import { openDataDir } from '../../src/cli/server/data-dir.ts';
import type { Server } from '../../src/cli/server/launch.ts';
import { launch } from '../../src/cli/server/launch.ts';
import type { WorkerSettings } from '../../src/cli/server/project.ts';
import { readWorkerSettings } from '../../src/cli/server/project.ts';
import { Api } from './api.ts';

export interface TestServerOptions {
  /** Of the cluster `default`; 3 if not given. */
  readonly nodes?: number;
  readonly nodeShape?: NewCluster['nodeShape'];
  /** Seconds. */
  readonly nodeGracePeriod?: number;
  readonly logLevel?: string;
  /**
   * False: without the classes that claims and Ingresses get by default and without metrics, as the clusters of the
   * recordings were.
   */
  readonly addOns?: boolean;
  /** Another Worker than Kubewisp's; it then gets no cluster. */
  readonly settings?: WorkerSettings;
}

export class TestServer {
  readonly #dataDir: DataDir;
  readonly #options: TestServerOptions;
  readonly #output: number;
  #server: Server;
  /** Of the cluster `default`: its admin's bearer token and the path of its kubeconfig. */
  token = '';
  kubeconfig = '';

  constructor(dataDir: DataDir, options: TestServerOptions, output: number, server: Server) {
    this.#dataDir = dataDir;
    this.#options = options;
    this.#output = output;
    this.#server = server;
  }

  /** `https://127.0.0.1:40123`; the cluster `default` answers at its root. Stays the same over restarts. */
  get url(): string {
    return this.#server.url;
  }

  /** The certificate authority, PEM. */
  get ca(): string {
    return this.#dataDir.authority.certificate;
  }

  get pid(): number {
    return this.#server.pid;
  }

  get dataPath(): string {
    return this.#dataDir.path;
  }

  /** The folder of the objects' data. */
  get storage(): string {
    return join(this.#dataDir.path, 'storage');
  }

  /** Whom to ask for clusters. */
  get operator(): Operator {
    return { url: this.url, token: this.#dataDir.operatorToken, ca: this.ca };
  }

  /** What the server has printed so far. */
  log(): string {
    return readFileSync(logOf(this.#dataDir), 'utf8');
  }

  /** One more cluster, with its kubeconfig written to a file. */
  async createCluster(cluster: NewCluster): Promise<{ server: string; token: string; kubeconfig: string }> {
    const created = await createCluster(this.operator, cluster);
    const kubeconfig = writeKubeconfig(join(this.#dataDir.path, `kubeconfig-${created.name}`), created.kubeconfig);
    return { server: created.server, token: tokenOf(created.kubeconfig), kubeconfig };
  }

  /** Ends the process as a power cut would. The data stays. */
  async kill9(): Promise<void> {
    await this.#server.kill();
  }

  /** Starts again, on the same data and the same port, after `kill9`, or ends the server in order first. */
  async restart(): Promise<void> {
    await this.#server.stop();
    const port = Number(new URL(this.url).port);
    this.#server = await start(this.#dataDir, this.#options, this.#output, port);
  }

  /** Ends the server and removes its data. */
  async stop(): Promise<void> {
    await this.#server.stop();
    closeSync(this.#output);
    rmSync(this.#dataDir.path, { recursive: true, force: true });
  }
}

export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = await openDataDir(mkdtempSync(join(tmpdir(), 'kubewisp-test-')));
  const output = openSync(logOf(dataDir), 'a', 0o600);
  let running: Server;
  try {
    running = await start(dataDir, options, output, 0);
  } catch (error) {
    console.error(readFileSync(logOf(dataDir), 'utf8'));
    throw error;
  }
  const server = new TestServer(dataDir, options, output, running);
  if (options.settings === undefined) {
    const { nodes = 3, nodeShape } = options;
    const cluster = await server.createCluster({
      name: 'default',
      nodes,
      ...(nodeShape === undefined ? {} : { nodeShape }),
    });
    server.token = cluster.token;
    server.kubeconfig = cluster.kubeconfig;
    if (options.addOns === false) await removeAddOns(server);
  }
  return server;
}

const ADD_ONS = [
  'storage.k8s.io/v1/storageclasses/standard',
  'networking.k8s.io/v1/ingressclasses/kubewisp',
  'apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io',
  'rbac.authorization.k8s.io/v1/clusterroles/system:aggregated-metrics-reader',
];

async function removeAddOns(server: TestServer): Promise<void> {
  const api = new Api(server);
  for (const path of ADD_ONS) {
    const { status, text } = await api.send({ method: 'DELETE', path: `/apis/${path}` });
    if (status !== 200) throw new Error(text);
  }
  api.close();
}

function start(dataDir: DataDir, options: TestServerOptions, output: number, port: number): Promise<Server> {
  return launch({
    dataDir,
    settings: options.settings ?? readWorkerSettings(),
    host: '127.0.0.1',
    port,
    logLevel: options.logLevel ?? 'warn',
    nodeGracePeriod: options.nodeGracePeriod ?? 50,
    output,
  });
}

const logOf = (dataDir: DataDir): string => join(dataDir.path, 'server.log');

function tokenOf(kubeconfig: string): string {
  const token = /^\s+token: (\S+)$/m.exec(kubeconfig)?.[1];
  if (token === undefined) throw new Error('the kubeconfig has no token');
  return token;
}
