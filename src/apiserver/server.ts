// The API server of one cluster. The shell gives it requests and gets plans (http.ts); controllers, the scheduler and
// the shell itself get clients. It holds no state of its own besides caches: the log does.

import type { LegacyTokenIssuer } from '../api/action.ts';
import type { Client } from '../api/client.ts';
import type { KubeObject } from '../api/object.ts';
import type { Authorizer } from '../api/review.ts';
import { isUnstructured } from '../api/schema-of.ts';
import { Scheme } from '../api/scheme.ts';
import type { Status } from '../api/status.ts';
import { unauthorized } from '../api/status.ts';
import type { EventLog, Row } from '../eventlog/log.ts';
import { PastEvents } from '../eventlog/past.ts';
import type { Watch, WatchHubOptions } from '../eventlog/watch-hub.ts';
import { WatchHub } from '../eventlog/watch-hub.ts';
import type { Past, Sink, Watcher } from '../eventlog/watcher.ts';
import type { Clock } from '../lib/clock.ts';
import { formatTime } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { createWorkMeter } from '../lib/work-meter.ts';
import { Heartbeats } from '../registry/heartbeats.ts';
import { ReportedUsage } from '../registry/reported-usage.ts';
import { Store } from '../registry/store.ts';
import { Admission } from './admission/plugin.ts';
import { ADMISSION_PLUGINS } from './admission/table.ts';
import { objectAnswer, PAGE_NOT_FOUND, statusAnswer, textAnswer } from './answer.ts';
import type { KnownToken } from './authentication/bearer-token.ts';
import { TokenAuthenticator } from './authentication/bearer-token.ts';
import { impersonate } from './authentication/impersonation.ts';
import { ServiceAccountTokens } from './authentication/service-account-tokens.ts';
import { issuerDocument, OPENID_CONFIGURATION, PUBLIC_KEYS } from './authentication/issuer-documents.ts';
import { TOKEN_LAST_USED } from '../api/core/v1/token-secret.ts';
import type { TokenSecret } from './authentication/token-verdict.ts';
import type { TokenSigner } from './authentication/token-signer.ts';
import type { User } from './authentication/user.ts';
import { ANONYMOUS, API_SERVER, componentUser } from './authentication/user.ts';
import { authorize } from './authorization/authorize.ts';
import { clusterAuthorizer } from './authorization/authorizers.ts';
import { reconcilePolicy } from './authorization/policy/reconcile.ts';
import { bootstrap, ensureApiEndpoints, ensureServiceRange } from './bootstrap.ts';
import { goneResources, ServedKinds } from './custom/served-kinds.ts';
import { Discovery } from './discovery.ts';
import { ensureApiDefaults } from './api-defaults.ts';
import { discoveryAnswer } from './discovery-answer.ts';
import { EventCorrelator } from './event-recorder.ts';
import type { Services } from './exchange.ts';
import type { HealthCheck } from './health.ts';
import type { Flow } from './fairness/flow-schemas.ts';
import { flowOf } from './fairness/flow-schemas.ts';
import { health, healthChecks, healthPaths } from './health.ts';
import type { ApiRequest, ApiResponse, Plan, WatchSpec } from './http.ts';
import { InProcessClient } from './in-process-client.ts';
import { OPENAPI_V2, OPENAPI_V3, openApiAnswer } from './openapi/served.ts';
import { planResource } from './pipeline.ts';
import { notAllowed, notFound } from './refusals.ts';
import { report } from './report.ts';
import { failureEncoding } from './representation.ts';
import { REPORT_PATH } from '../api/report.ts';
import { WHY_PATH } from '../api/why.ts';
import { parsePath, Query } from './request-info.ts';
import { watcherOf } from './verbs/watch.ts';
import { ensureSystemPriorityClasses } from './system-priority-classes.ts';
import { VERSION_TEXT } from './version.ts';
import { why } from './why/why.ts';

export interface ApiServerOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly tokens: readonly KnownToken[];
  /** Signs the tokens of service accounts. */
  readonly signer: TokenSigner;
  /** See WatchHub's `later`: when watches are told of events. Absent: at once. */
  readonly tellLater?: NonNullable<WatchHubOptions['later']>;
  /** Text of `/metrics`. */
  readonly metrics?: () => string;
}

export interface ApiServer {
  /** Which flow a request is of. Asked before the body is there: `body` is not read. */
  flow(request: Omit<ApiRequest, 'body'>): Flow;
  /** Never throws for bad input: the failure is the answer. */
  plan(request: ApiRequest): Plan;
  /** Tells of `past` (absent: nothing), then of what happens, until it is stopped. */
  subscribe(spec: WatchSpec, sink: Sink, past?: Past): Watch;
  /** The same from a revision on, for a watch that has been told of everything up to it. */
  resume(spec: WatchSpec, sink: Sink, seen: number): Watch;
  /** Every live watch has been told of all events up to this revision. */
  readonly toldRevision: number;
  /** What the objects of a watch are. */
  typeOf(spec: WatchSpec): { readonly kind: string; readonly apiVersion: string };
  clientFor(identity: { readonly name: string; readonly eventSource: string }, cause: number): Client;
  /** What controllers need besides a client: the tokens of Secrets, and who may do what. */
  readonly legacyTokens: LegacyTokenIssuer;
  readonly authorizer: Authorizer;
  /** What the clients of `clientFor` have spent so far, in the units of WorkMeter. */
  readonly spent: number;
  /** The object of a stored text. Shared: do not change it. */
  parse(row: Pick<Row, 'rev' | 'object'>): KubeObject;
  /**
   * Makes the first objects of a new cluster: all or none. Call once. `addOns`: with default classes of storage and of
   * Ingresses, and the API of metrics.
   */
  install(options?: { readonly addOns: boolean }): void;
  /**
   * Brings the default roles, the endpoints of the API and its description up to date, in a transaction of the caller's.
   * Answers what could not be done, and why.
   */
  reconcilePolicy(): string[];
  readonly watchers: number;
}

export function createApiServer(options: ApiServerOptions): ApiServer {
  return new Server(options);
}

class Server implements ApiServer {
  readonly #options: ApiServerOptions;
  readonly #services: Services;
  readonly #correlator = new EventCorrelator();
  #known: Discovery | undefined;
  readonly #hub: WatchHub;
  readonly #users = new Map<string, User>();
  readonly #checks: readonly HealthCheck[];

  constructor(options: ApiServerOptions) {
    this.#options = options;
    const { log, clock, random } = options;
    const store = new Store({
      log,
      clock,
      random,
      heartbeats: new Heartbeats(clock),
      loopback: (cause) => this.#client(API_SERVER, 'kube-apiserver', cause),
    });
    const served = new ServedKinds(log, store);
    this.#services = {
      store,
      get scheme() {
        return served.scheme;
      },
      admission: new Admission(ADMISSION_PLUGINS),
      authenticator: new TokenAuthenticator(
        options.tokens,
        new ServiceAccountTokens({ signer: options.signer, store, scheme: new Scheme() }),
      ),
      authorizer: clusterAuthorizer(log),
      usage: new ReportedUsage(),
      meter: createWorkMeter(),
      loopback: (cause) => this.#client(API_SERVER, 'kube-apiserver', cause),
    };
    this.#checks = healthChecks(log);
    this.#hub = new WatchHub(log, {
      parse: (row) => store.parseStored(row),
      ...(options.tellLater === undefined ? {} : { later: options.tellLater }),
    });
    // Behind the hub's own listener: what ends has been told of.
    log.subscribe((events) => {
      for (const resource of goneResources(events)) this.#hub.endAll(resource);
    });
  }

  /** Of the kinds that are served now. */
  get #discovery(): Discovery {
    const { scheme } = this.#services;
    if (this.#known?.scheme !== scheme) this.#known = new Discovery(scheme);
    return this.#known;
  }

  get watchers(): number {
    return this.#hub.size;
  }

  flow({ method, path, header }: Omit<ApiRequest, 'body'>): Flow {
    const who = this.#services.authenticator.authenticate(header('authorization'));
    return flowOf(who.outcome === 'user' ? who.user : ANONYMOUS, method, parsePath(path));
  }

  plan(request: ApiRequest): Plan {
    const info = parsePath(request.path);
    if (info.kind === 'malformed') return answered(textAnswer(400, '400 Bad Request'));
    const who = this.#services.authenticator.authenticate(request.header('authorization'));
    if (who.outcome === 'refused') return refused(request, unauthorized());
    if (who.outcome === 'user' && who.secret !== undefined) this.#noteUse(who.secret);
    const { authorizer } = this.#services;
    const acting = impersonate(who.outcome === 'user' ? who.user : ANONYMOUS, request, authorizer);
    if (!acting.ok) return refused(request, acting.status);
    const user = acting.value;
    // It asks for each object that it shows.
    if (info.kind === 'other' && info.path === WHY_PATH) {
      return { effect: 'read', run: () => why(this.#services, user, request) };
    }
    const forbidden = authorize(authorizer, user, request, info);
    if (forbidden !== undefined) return refused(request, forbidden);
    if (info.kind === 'other') {
      const open = this.#open(request, info.path);
      if (open !== undefined) return answered(open);
    }
    if (info.kind === 'resource') {
      const { group, version, resource } = info.path;
      const { scheme } = this.#services;
      if (scheme.byResource(group, version, resource) === undefined) return answered(unknownResource(scheme, group));
      return planResource(this.#services, request, info.path, user);
    }
    if (info.kind === 'discovery') return answered(discoveryAnswer(this.#discovery, request, info.parts));
    if (info.path === REPORT_PATH) {
      if (request.method !== 'POST') return answered(statusAnswer(notAllowed().status));
      const context = { services: this.#services, correlator: this.#correlator, user };
      return { effect: 'write', run: () => report(context, request) };
    }
    return { effect: 'read', run: () => this.#other(request, info.path) };
  }

  subscribe(spec: WatchSpec, sink: Sink, past?: Past): Watch {
    return this.#hub.add(this.#watcher(spec), sink, past);
  }

  resume(spec: WatchSpec, sink: Sink, seen: number): Watch {
    const { store, scheme } = this.#services;
    if (scheme.byResource(spec.group, spec.version, spec.resource) === undefined) {
      sink.end('gone');
      return { resume() {}, stop() {}, seen: undefined };
    }
    const watcher = this.#watcher(spec);
    return this.#hub.add(watcher, sink, new PastEvents(store.log, watcher, seen, (row) => store.parseStored(row)));
  }

  get toldRevision(): number {
    return this.#hub.revision;
  }

  typeOf({ group, version, resource }: WatchSpec): { readonly kind: string; readonly apiVersion: string } {
    const kind = this.#services.scheme.byResource(group, version, resource);
    return { kind: kind?.kind ?? '', apiVersion: group === '' ? version : `${group}/${version}` };
  }

  #watcher(spec: WatchSpec): Watcher {
    const kind = this.#services.scheme.byResource(spec.group, spec.version, spec.resource);
    if (kind === undefined) throw new Error(`watch of ${spec.resource}, which is not served`);
    return watcherOf(this.#services, kind, spec);
  }

  clientFor(identity: { readonly name: string; readonly eventSource: string }, cause: number): Client {
    let user = this.#users.get(identity.name);
    if (user === undefined) this.#users.set(identity.name, (user = componentUser(identity.name)));
    return this.#client(user, identity.eventSource, cause);
  }

  #client(user: User, component: string, cause: number): InProcessClient {
    const eventSource = { component, host: '' };
    return new InProcessClient({
      services: this.#services,
      correlator: this.#correlator,
      user,
      eventSource,
      cause,
    });
  }

  get legacyTokens(): LegacyTokenIssuer {
    return this.#services.authenticator.tokens.legacy;
  }

  get authorizer(): Authorizer {
    return this.#services.authorizer;
  }

  get spent(): number {
    return this.#services.meter.spent;
  }

  parse(row: Pick<Row, 'rev' | 'object'>): KubeObject {
    return this.#services.store.parseStored(row);
  }

  install({ addOns } = { addOns: false }): void {
    // Listeners hear of it once, as a whole.
    this.#options.log.transaction(() => {
      bootstrap(this.#client(API_SERVER, 'kube-apiserver', 0), { addOns });
      const [failure] = this.reconcilePolicy();
      if (failure !== undefined) throw new Error(`bootstrap: ${failure}`);
    });
  }

  reconcilePolicy(): string[] {
    const client = this.#client(API_SERVER, 'kube-apiserver', 0);
    return [
      ...ensureServiceRange(client),
      ...ensureSystemPriorityClasses(client),
      ...ensureApiEndpoints(client),
      ...ensureApiDefaults(client),
      ...reconcilePolicy(client),
    ];
  }

  /** On which day the token of a Secret was last used. Models kubernetes pkg/serviceaccount/legacy.go (tracking). */
  #noteUse({ namespace, name }: TokenSecret): void {
    const client = this.#client(API_SERVER, 'kube-apiserver', 0);
    const secret = client.get('secrets', namespace, name);
    const today = formatTime(this.#options.clock.now()).slice(0, 10);
    if (secret === undefined || secret.metadata.labels?.[TOKEN_LAST_USED] === today) return;
    const labels = { ...secret.metadata.labels, [TOKEN_LAST_USED]: today };
    // That it cannot be noted is no reason to refuse the request.
    client.update('secrets', { ...secret, metadata: { ...secret.metadata, labels } });
  }

  /** What is there whatever is served. */
  #open(request: ApiRequest, path: string): ApiResponse | undefined {
    if (path === '/version' || path === '/version/') {
      if (request.method !== 'GET') return statusAnswer(notAllowed().status);
      return { status: 200, contentType: 'application/json', body: VERSION_TEXT };
    }
    return health(path, new Query(request.query), this.#checks);
  }

  #other(request: ApiRequest, path: string): ApiResponse {
    if (request.method !== 'GET') return statusAnswer(notAllowed().status);
    if (path === '/') return objectAnswer({ paths: this.#paths() });
    if (path === '/metrics' && this.#options.metrics !== undefined) {
      return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body: this.#options.metrics() };
    }
    const issued = issuerDocument(path, this.#options.signer, request.base?.() ?? '');
    if (issued !== undefined) return issued;
    return openApiAnswer(request, path, this.#services.scheme) ?? PAGE_NOT_FOUND;
  }

  #paths(): string[] {
    const groups = this.#services.scheme
      .groups()
      .flatMap(({ group, versions }) =>
        group === ''
          ? ['/api', ...versions.map((version) => `/api/${version}`)]
          : [`/apis/${group}`, ...versions.map((version) => `/apis/${group}/${version}`)],
      );
    const documents = [OPENID_CONFIGURATION, PUBLIC_KEYS, OPENAPI_V2, OPENAPI_V3, `${OPENAPI_V3}/`, '/version'];
    return ['/apis', '/apis/', '/metrics', ...healthPaths(this.#checks), ...documents, ...groups].sort();
  }
}

/** Groups of custom resources come and go: what they do not serve is as unknown as they are when they are gone. */
function unknownResource(scheme: Scheme, group: string): ApiResponse {
  const builtIn = scheme.kinds.some((kind) => kind.group === group && !isUnstructured(kind));
  return builtIn ? statusAnswer(notFound().status) : PAGE_NOT_FOUND;
}

function refused(request: ApiRequest, status: Status): Plan {
  return answered(statusAnswer(status, failureEncoding(request, new Query(request.query))));
}

function answered(response: ApiResponse): Plan {
  return { effect: 'read', run: () => response };
}
