// Every path and method that a real API server documents, and an object of each kind that it took.

import type { JsonObject } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { oracleRecords, sharedText } from '../../schema/testing/oracle.ts';

export interface Operation {
  readonly method: string;
  /** `/api/v1/namespaces/{namespace}/pods/{name}/log` */
  readonly path: string;
  /** `list`, `deletecollection`, `watchlist`, `connect` …; '' of what is no resource. */
  readonly action: string;
  /** What it answers with is of this kind, unless it is a Status. */
  readonly kind: string;
  readonly apiVersion: string;
}

interface Documented {
  readonly action?: string;
  readonly gvk?: string;
}

interface Created {
  readonly id: string;
  readonly request: { readonly path: string; readonly body?: JsonObject };
  readonly response: { readonly status: number };
}

/** In the order of the paths; none, with a printed reason, where the record is not there. */
export function documentedOperations(): Operation[] {
  const paths = JSON.parse(sharedText('reference/paths-1.36.json') ?? '{}') as Record<
    string,
    Readonly<Record<string, Documented>>
  >;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { action = '', gvk = '' }]) => {
      const slash = gvk.lastIndexOf('/');
      const apiVersion = gvk.slice(0, Math.max(slash, 0)).replace(/^[/]/, '');
      return { method: method.toUpperCase(), path, action, kind: gvk.slice(slash + 1), apiVersion };
    }),
  );
}

/** `/apis/GROUP/v1alpha1/…`: what is on by default has no such versions. */
export const isPreview = ({ path }: Pick<Operation, 'path'>): boolean =>
  /^[/]apis[/][^/]+[/]v\d+(alpha|beta)\d+[/]/.test(path);

/** One valid object for each collection, by the collection's path in the namespace `default`. */
export function validObjects(): ReadonlyMap<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const { id, request, response } of oracleRecords<Created>('oracle/api/create.jsonl') ?? []) {
    const [path = ''] = request.path.split('?');
    if (id.endsWith('/0') && response.status < 300 && isObject(request.body) && !found.has(path)) {
      found.set(path, request.body);
    }
  }
  return found;
}
