// workerd's configuration, as the Cap'n Proto text it reads. Paths in it are relative to the file, which stands in
// `run/` of the data directory.

import type { WorkerSettings } from './project.ts';

export interface WorkerdConfigInput {
  readonly settings: WorkerSettings;
  /** `127.0.0.1:6443` */
  readonly address: string;
  /** Absolute path of the folder for the objects' data. */
  readonly storage: string;
  /** Absolute path of the folder with the OpenAPI documents. */
  readonly documents: string;
  /** Names of bindings whose text workerd takes from its environment, so that no secret stands in a file. */
  readonly variables: readonly string[];
}

/** V8 lets its young objects take 48 MiB by default: the process would be half as large again, and hardly faster. */
const V8_FLAGS = ['--max-semi-space-size=4'];

export function workerdConfig({ settings, address, storage, documents, variables }: WorkerdConfigInput): string {
  const namespaces = settings.durableObjects.map(
    ({ className }) =>
      `(className = ${quote(className)}, uniqueKey = ${quote(`kubewisp-${className}`)}, enableSql = true)`,
  );
  const bindings = [
    ...settings.durableObjects.map(
      ({ binding, className }) => `(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`,
    ),
    `(name = "DOCUMENTS", service = "documents")`,
    ...variables.map((name) => `(name = ${quote(name)}, fromEnvironment = ${quote(name)})`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "kubewisp", worker = .worker),
    (name = "storage", disk = (path = ${quote(storage)}, writable = true)),
    (name = "documents", disk = (path = ${quote(documents)})),
  ],
  v8Flags = [${V8_FLAGS.map(quote).join(', ')}],
  sockets = [
    (
      name = "https",
      address = ${quote(address)},
      service = "kubewisp",
      https = (
        tlsOptions = (
          keypair = (privateKey = embed "../tls/serving-key.pem", certificateChain = embed "../tls/serving.pem")
        )
      )
    ),
  ]
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = ${quote(settings.compatibilityDate)},
  compatibilityFlags = [${settings.compatibilityFlags.map(quote).join(', ')}],
  durableObjectNamespaces = [
    ${namespaces.join(',\n    ')}
  ],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [
    ${bindings.join(',\n    ')}
  ]
);
`;
}

/** Cap'n Proto's text literals take the escapes that JSON writes, for the characters that can occur here. */
function quote(text: string): string {
  return JSON.stringify(text);
}
