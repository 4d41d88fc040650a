// Objects as meta.k8s.io Tables, by the printer of their kind.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go.

import type { Cell, Column, PrintedKind } from '../../api/kind.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Encoding } from '../../apiserver/http.ts';
import type { JsonObject } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { partialMetadata } from './partial.ts';

export interface TableShape {
  /** `meta.k8s.io/v1` */
  readonly apiVersion: string;
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  /** Undefined where the resource has no printer of its own: name and creation time are shown. */
  readonly kind: PrintedKind | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function tableShape(encoding: Encoding, kind: PrintedKind | undefined, now: number): TableShape {
  return {
    apiVersion: `meta.k8s.io/${encoding.as?.version ?? 'v1'}`,
    includeObject: encoding.as?.includeObject ?? 'Metadata',
    kind,
    now,
  };
}

const PLAIN_COLUMNS: readonly Column[] = [
  { name: 'Name', type: 'string', format: 'name' },
  { name: 'Created At', type: 'date' },
];

function columnDefinitions(shape: TableShape): JsonObject[] {
  return (shape.kind?.printer.columns ?? PLAIN_COLUMNS).map((column) => ({
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description: column.description ?? '',
    priority: column.priority ?? 0,
  }));
}

function cells(object: KubeObject, shape: TableShape): Cell[] {
  if (shape.kind === undefined) return [object.metadata.name, object.metadata.creationTimestamp];
  return shape.kind.printer.cells(object, shape.now);
}

function row(object: KubeObject, shape: TableShape): JsonObject {
  const conditions = shape.kind?.printer.conditions?.(object) ?? [];
  return {
    cells: cells(object, shape),
    ...(conditions.length === 0 ? {} : { conditions }),
    object: rowObject(object, shape),
  };
}

function rowObject(object: KubeObject, shape: TableShape): JsonObject | null {
  if (shape.includeObject === 'None') return null;
  if (shape.includeObject === 'Metadata') return partialMetadata(object as unknown as JsonObject, shape.apiVersion);
  const { kind } = shape;
  // Items of a list carry neither, an object on its own must.
  const typed = kind === undefined ? {} : { kind: kind.kind, apiVersion: apiVersionOf(kind) };
  return { ...typed, ...(object as unknown as JsonObject) };
}

/** Of a list or of one object; a list's metadata goes over, of an object the resourceVersion alone. */
export function toTable(value: JsonObject, shape: TableShape): JsonObject {
  const { items, metadata } = value;
  const objects = (Array.isArray(items) ? items : [value]) as unknown as KubeObject[];
  return {
    kind: 'Table',
    apiVersion: shape.apiVersion,
    metadata: Array.isArray(items) ? (metadata ?? {}) : versionOnly(metadata),
    columnDefinitions: columnDefinitions(shape),
    rows: objects.map((object) => row(object, shape)),
  };
}

/** One watch event's object; the columns stand only in the first frame of a stream. */
export function toTableFrame(
  object: JsonObject,
  shape: TableShape,
  options: { first: boolean; bookmark: boolean },
): JsonObject {
  const kubeObject = object as unknown as KubeObject;
  return {
    kind: 'Table',
    apiVersion: shape.apiVersion,
    metadata: versionOnly(object['metadata']),
    columnDefinitions: options.first ? columnDefinitions(shape) : null,
    rows: [
      options.bookmark ? { cells: blankCells(shape), object: rowObject(kubeObject, shape) } : row(kubeObject, shape),
    ],
  };
}

function versionOnly(metadata: unknown): JsonObject {
  const version = isObject(metadata) ? metadata['resourceVersion'] : undefined;
  return version === undefined ? {} : { resourceVersion: version };
}

/** A bookmark's object has no content that a printer could read. */
function blankCells(shape: TableShape): Cell[] {
  return (shape.kind?.printer.columns ?? PLAIN_COLUMNS).map((column) =>
    column.type === 'integer' || column.type === 'number' ? 0 : column.name === 'Age' ? '<unknown>' : '',
  );
}
