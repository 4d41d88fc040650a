// The table of a custom resource: its name, then what its definition says, or its age.
// Models kubernetes staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor.

import type { JsonValue } from '../../lib/json.ts';
import { findValues, parseJsonPath } from '../../schema/json-path.ts';
import type { Cell, Column, Printer } from '../kind.ts';
import type { KubeObject } from '../object.ts';
import { NAME_COLUMN, translateTimestampSince } from '../printing.ts';
import type { CustomResourceColumnDefinition } from '../types/apiextensions-v1.ts';

export type ColumnDefinition = CustomResourceColumnDefinition;

/** What stands for a resource without columns of its own. */
const AGE: ColumnDefinition = {
  name: 'Age',
  type: 'date',
  description: 'Time since the object was created.',
  jsonPath: '.metadata.creationTimestamp',
};

export function customPrinter(definitions: readonly ColumnDefinition[] | undefined): Printer<KubeObject> {
  const columns = definitions === undefined || definitions.length === 0 ? [AGE] : definitions;
  const paths = columns.map(({ jsonPath }) => parseJsonPath(jsonPath) ?? []);
  return {
    columns: [NAME_COLUMN, ...columns.map(columnOf)],
    cells: (object, now) => [
      object.metadata.name,
      ...columns.map(({ type }, index) => {
        const [found] = findValues(object as unknown as JsonValue, paths[index] ?? []);
        return cellOf(found, type, now);
      }),
    ],
  };
}

function columnOf({ name, type, format, priority, description, jsonPath }: ColumnDefinition): Column {
  return {
    name,
    type: type as Column['type'],
    ...(format === undefined ? {} : { format }),
    ...(priority === undefined ? {} : { priority }),
    description:
      description === undefined || description === ''
        ? `Custom resource definition column (in JSONPath format): ${jsonPath}`
        : description,
  };
}

/** A value that is not of the column's type is shown as nothing. */
function cellOf(value: JsonValue | undefined, type: string, now: number): Cell {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      if (typeof value !== 'string') return null;
      return Number.isNaN(Date.parse(value)) ? '<invalid>' : translateTimestampSince(value, now);
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}
