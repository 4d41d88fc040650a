// The objects of one resource, as a client library gives them: typed, and what the server refuses is thrown as Refused.

import type { Draft, KubeObject } from '../../../src/api/object.ts';
import type { Status } from '../../../src/api/status.ts';
import type { Api } from '../../support/api.ts';
import { Watching } from './watching.ts';

export const MERGE = 'application/merge-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const APPLY = 'application/apply-patch+yaml';

/** What the server answered instead of what was asked for. */
export class Refused extends Error {
  readonly status: Status;

  constructor(call: string, status: Status) {
    super(`${call}: ${status.code ?? 0} ${status.reason ?? ''}: ${status.message ?? ''}`);
    this.status = status;
  }
}

export interface List<T> {
  readonly kind: string;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[];
}

/** A patch: strategic unless `type` says otherwise. `part` is a subresource. */
export interface PatchOptions {
  readonly type?: string;
  readonly part?: string;
  readonly query?: string;
}

export class Collection<T extends KubeObject = KubeObject> {
  readonly #api: Api;
  readonly #path: string;

  /** `path` of the collection: `/api/v1/namespaces/default/configmaps`. */
  constructor(api: Api, path: string) {
    this.#api = api;
    this.#path = path;
  }

  create(object: Draft<T>, query = ''): Promise<T> {
    return this.#ask('POST', query, object);
  }

  /** `part`: a subresource. */
  get(name: string, part?: string): Promise<T> {
    return this.#ask('GET', itemOf(name, part));
  }

  /** `query` with its question mark: `?labelSelector=a%3Db`. */
  list(query = ''): Promise<List<T>> {
    return this.#ask('GET', query);
  }

  update(object: Draft<T>, part?: string): Promise<T> {
    return this.#ask('PUT', itemOf(object.metadata.name ?? '', part), object);
  }

  /** As clients do that want their change made whatever else happens: reads, changes, writes, and again after a conflict. */
  async change(name: string, how: (object: T) => void, part?: string): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const object = await this.get(name);
      how(object);
      try {
        return await this.update(object, part);
      } catch (error) {
        if (attempt === 5 || !(error instanceof Refused) || error.status.reason !== 'Conflict') throw error;
      }
    }
  }

  patch(name: string, patch: unknown, { type = STRATEGIC, part, query = '' }: PatchOptions = {}): Promise<T> {
    return this.#ask('PATCH', `${itemOf(name, part)}${query}`, patch, type);
  }

  /** Answers the object or a Status, as the server does. */
  delete(name: string, options?: object): Promise<KubeObject> {
    return this.#ask('DELETE', itemOf(name), options);
  }

  deleteCollection(query: string, options?: object): Promise<unknown> {
    return this.#ask('DELETE', query, options);
  }

  /** For what a subresource takes and answers that is of another kind: `token`, `eviction`. */
  post<Answer>(name: string, part: string, body: unknown): Promise<Answer> {
    return this.#ask('POST', itemOf(name, part), body);
  }

  /** What happens after the revision; without one, what is there first. `query` without a question mark. */
  watch(query = '', resourceVersion?: string): Watching<T> {
    const from = resourceVersion === undefined ? '' : `&resourceVersion=${resourceVersion}`;
    return new Watching<T>(this.#api, `${this.#path}?watch=true${from}${query === '' ? '' : `&${query}`}`);
  }

  async #ask<Answer>(method: string, suffix: string, body?: unknown, type?: string): Promise<Answer> {
    const path = `${this.#path}${suffix}`;
    const { status, text } = await this.#api.send({ method, path, body, ...(type === undefined ? {} : { type }) });
    const answer = JSON.parse(text) as Answer;
    if (status >= 400) throw new Refused(`${method} ${path}`, answer as Status);
    return answer;
  }
}

const itemOf = (name: string, part?: string): string => `/${name}${part === undefined ? '' : `/${part}`}`;

/** The Status with which a call is refused; throws where it is not. */
export async function refusal(call: Promise<unknown>): Promise<Status> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Refused) return error.status;
    throw error;
  }
  throw new Error('the call was not refused');
}

/** `?labelSelector=…` */
export const labelled = (selector: string): string => `?labelSelector=${encodeURIComponent(selector)}`;

/** `?fieldSelector=…` */
export const selected = (selector: string): string => `?fieldSelector=${encodeURIComponent(selector)}`;
