// Starts Kubewisp on this machine: bare workerd, with its own TLS socket, on a data directory.

import { createServer } from 'node:net';
import { join } from 'node:path';
import { Refusal, reasonOf } from '../refusal.ts';
import { bundleWorker } from './bundle.ts';
import { createServingCertificate } from './certificates.ts';
import type { DataDir } from './data-dir.ts';
import { writePrivate } from './data-dir.ts';
import { openApiFolder } from './documents.ts';
import { ask } from './https-client.ts';
import type { WorkerSettings } from './project.ts';
import { clearRunning, takeOver, writeRunning } from './running.ts';
import { startWorkerd } from './workerd.ts';
import { workerdConfig } from './workerd-config.ts';

const READY_TIMEOUT_MS = 20_000;

export interface LaunchOptions {
  readonly dataDir: DataDir;
  readonly settings: WorkerSettings;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly logLevel: string;
  /** Seconds. */
  readonly nodeGracePeriod: number;
  /** File descriptor for what the server prints. */
  readonly output: number;
}

export interface Server {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  readonly pid: number;
  readonly exited: Promise<number | undefined>;
  stop(): Promise<void>;
  /** As a power cut would. */
  kill(): Promise<void>;
}

/** Resolves when the server answers. */
export async function launch(options: LaunchOptions): Promise<Server> {
  const { dataDir, settings, host, port } = options;
  await takeOver(dataDir);
  if (port !== 0) await refuseBusyPort(host, port);

  const environment = {
    OPERATOR_TOKEN: dataDir.operatorToken,
    DEFAULT_CLUSTER: 'default',
    CA_DATA: Buffer.from(dataDir.authority.certificate).toString('base64'),
    LOG_LEVEL: options.logLevel,
    NODE_GRACE_SECONDS: String(options.nodeGracePeriod),
  };
  const [bundle, serving] = await Promise.all([
    bundleWorker(settings.main),
    createServingCertificate(dataDir.authority, host, new Date()),
  ]);
  writePrivate(join(dataDir.path, 'tls/serving.pem'), serving.certificate);
  writePrivate(join(dataDir.path, 'tls/serving-key.pem'), serving.privateKey);
  writePrivate(join(dataDir.path, 'run/worker.js'), bundle);
  const configFile = join(dataDir.path, 'run/workerd.capnp');
  writePrivate(
    configFile,
    workerdConfig({
      settings,
      address: addressOf(host, port),
      storage: join(dataDir.path, 'storage'),
      documents: openApiFolder(bundle, dataDir.path),
      variables: Object.keys(environment),
    }),
  );

  const workerd = await startWorkerd({ configFile, sockets: ['https'], environment, output: options.output });
  if (workerd === undefined) throw new Refusal('workerd ended before it listened; its own words are above');
  const url = `https://${addressOf(reachableHost(host), workerd.ports.get('https') ?? port)}`;
  writeRunning(dataDir, { launcher: process.pid, workerd: workerd.pid, url });
  void workerd.exited.then(() => clearRunning(dataDir));
  const ready = await Promise.race([untilLive(url, dataDir.authority.certificate), workerd.exited.then(() => false)]);
  if (!ready) {
    await workerd.kill();
    throw new Refusal(`the server at ${url} did not come up; its own words are above`);
  }
  return { url, pid: workerd.pid, exited: workerd.exited, stop: workerd.stop, kill: workerd.kill };
}

async function refuseBusyPort(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen(port, host, resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new Refusal(`port ${port} of ${host} is in use: choose another with --port`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Refusal(`${host} is not an address of this machine: choose another with --host`);
    }
    throw new Refusal(`cannot listen on port ${port} of ${host}: ${reasonOf(error)}`);
  } finally {
    await new Promise((resolve) => probe.close(resolve));
  }
}

async function untilLive(url: string, ca: string): Promise<boolean> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    try {
      // Any answer will do: at first start /livez belongs to a cluster that is yet to be made.
      await ask(`${url}/livez`, { ca });
      return true;
    } catch {
      // Not yet: asked again below.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** Where a client on this machine finds a server that listens on `host`. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
