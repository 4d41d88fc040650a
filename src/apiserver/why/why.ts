// GET /kubewisp/v1/why: walks from an object's events back, cause by cause. The answer's form is said in src/api/why.ts.
//
// 1. Whoever may not get the object gets what a GET of it would answer, whether it is there or not.
// 2. An object on the way that the asker may not get shows its revision alone.
// 3. A cause is always older than what it led to, so that a chain ends.

import type { Kind } from '../../api/kind.ts';
import type { Result } from '../../api/status.ts';
import { badRequest, fail, failure, notFoundStatus, ok } from '../../api/status.ts';
import type { Why, WhyEvent, WhyLink, WhyStep } from '../../api/why.ts';
import { MAX_WHY_EVENTS } from '../../api/why.ts';
import type { Key, LogEvent } from '../../eventlog/log.ts';
import { formatTime } from '../../lib/clock.ts';
import { objectAnswer, statusAnswer } from '../answer.ts';
import type { User } from '../authentication/user.ts';
import { ask } from '../authorization/authorize.ts';
import type { Services } from '../exchange.ts';
import type { ApiRequest, ApiResponse } from '../http.ts';
import { notAllowed } from '../refusals.ts';
import { Query } from '../request-info.ts';
import { whatHappened } from './what-happened.ts';

/** Longer chains are cut: nobody reads them. */
const MAX_CHAIN = 100;
/** Of one object, this many events are read at most. */
const MAX_HISTORY = 10_000;

export function why(services: Services, user: User, request: ApiRequest): ApiResponse {
  if (request.method !== 'GET') return statusAnswer(notAllowed().status);
  const query = new Query(request.query);
  const told = new Telling(services, user).tell(query.get('object'), query.get('namespace') || 'default');
  return told.ok ? objectAnswer(told.value) : statusAnswer(told.status);
}

class Telling {
  readonly #services: Services;
  readonly #user: User;

  constructor(services: Services, user: User) {
    this.#services = services;
    this.#user = user;
  }

  tell(object: string, wantedNamespace: string): Result<Why> {
    const [type = '', name = '', ...rest] = object.split('/');
    if (name === '' || rest.length > 0) return fail(badRequest('object must be KIND/NAME, such as pod/web'));
    const kind = this.#kindOf(type.toLowerCase());
    if (kind === undefined) {
      return fail(failure(404, 'NotFound', `the server doesn't have a resource type "${type}"`, {}));
    }
    const namespace = kind.namespaced ? wantedNamespace : '';
    const key = { resource: logResource(kind), namespace, name };
    const forbidden = this.#forbidden(kind, key);
    if (forbidden !== undefined) return fail(forbidden);
    const latest = this.#log.latest(key);
    if (latest === undefined) return fail(notFoundStatus(kind, name));

    const { events, omitted, compacted } = this.#history(latest);
    return ok({
      kind: 'Why',
      apiVersion: 'kubewisp.dev/v1',
      object: { kind: kind.kind, resource: shownResource(kind), namespace, name, uid: latest.uid },
      events: events.map((event) => this.#event(kind, event)),
      omitted,
      compacted,
    });
  }

  /** By plural, singular or short name, with its group or without, as kubectl has it. */
  #kindOf(type: string): Kind | undefined {
    const kinds = [...this.#services.scheme.owners()];
    return kinds.find((kind) => {
      const names = [kind.resource, kind.singular, kind.kind.toLowerCase(), ...(kind.shortNames ?? [])];
      return names.some((name) => type === name || type === `${name}.${kind.group}`);
    });
  }

  /** The life that ends with `latest`, oldest event first. */
  #history(latest: LogEvent): { events: LogEvent[]; omitted: number; compacted: boolean } {
    const found = [latest];
    let compacted = false;
    for (let event = latest; event.previous > 0 && found.length < MAX_HISTORY;) {
      const before = this.#log.event(event.previous);
      if (before === undefined) {
        compacted = true;
        break;
      }
      found.push((event = before));
    }
    found.reverse();
    const omitted = Math.max(0, found.length - 1 - MAX_WHY_EVENTS);
    return { events: [...found.slice(0, 1), ...found.slice(1 + omitted)], omitted, compacted };
  }

  #event(kind: Kind, event: LogEvent): WhyEvent {
    return { ...this.#step(kind, event), because: this.#chain(event) };
  }

  #chain({ cause }: LogEvent): WhyLink[] {
    const chain: WhyLink[] = [];
    for (let rev = cause; rev > 0 && chain.length < MAX_CHAIN;) {
      const event = this.#log.event(rev);
      if (event === undefined) {
        chain.push({ rev, gap: 'compacted' });
        break;
      }
      const kind = this.#services.scheme.byLogResource(event.resource);
      const shown = kind !== undefined && this.#forbidden(kind, event) === undefined;
      chain.push(shown ? this.#step(kind, event) : { rev, gap: 'hidden' });
      rev = event.cause;
    }
    return chain;
  }

  #step(kind: Kind, event: LogEvent): WhyStep {
    const { rev, at, namespace, name, verb, actor, agent, cause } = event;
    const what = whatHappened(event, event.previous === 0 ? undefined : this.#log.event(event.previous));
    const resource = shownResource(kind);
    return { rev, at: formatTime(at), kind: kind.kind, resource, namespace, name, verb, what, actor, agent, cause };
  }

  #forbidden({ group, version, resource }: Kind, { namespace, name }: Key) {
    // A Namespace is in itself, as in the authorization of a GET.
    const inside = resource === 'namespaces' && group === '' ? name : namespace;
    const within = inside === '' ? {} : { namespace: inside };
    const attributes = { verb: 'get', group, version, resource, name, ...within };
    return ask(this.#services.authorizer, this.#user, { resourceAttributes: attributes });
  }

  get #log() {
    return this.#services.store.log;
  }
}

function logResource({ group, resource }: Kind): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function shownResource({ group, singular }: Kind): string {
  return group === '' ? singular : `${singular}.${group}`;
}
