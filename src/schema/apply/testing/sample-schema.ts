// A schema with every form of ownership, for tests.

import type { FieldSchema, StructSchema, ValueKind, ValueSchema } from '../../structural.ts';

type FieldOptions = Pick<FieldSchema, 'listType' | 'listKeys' | 'mapType' | 'default'>;

function scalar(kind: ValueKind): ValueSchema {
  return { kind, goType: kind };
}

function field(name: string, value: ValueSchema, options: Partial<FieldOptions> = {}): FieldSchema {
  return { name, value, required: false, presence: 'nonEmpty', ...options };
}

export function struct(
  name: string,
  fields: readonly FieldSchema[],
  options: Partial<StructSchema> = {},
): StructSchema {
  return { id: name, name, fields, byName: new Map(fields.map((found) => [found.name, found])), ...options };
}

function structValue(of: () => StructSchema): ValueSchema {
  return { kind: 'struct', goType: 'Sample', struct: of };
}

function list(items: ValueSchema): ValueSchema {
  return { kind: 'list', goType: '[]Sample', items };
}

function map(items: ValueSchema): ValueSchema {
  return { kind: 'map', goType: 'map[string]Sample', items };
}

const string = scalar('string');

export function item(): StructSchema {
  return struct('Item', [
    field('name', string),
    field('value', scalar('int32')),
    field('tags', list(string), { listType: 'set' }),
  ]);
}

export function port(): StructSchema {
  return struct('Port', [
    field('port', scalar('int32')),
    field('protocol', string, { default: 'TCP' }),
    field('name', string),
  ]);
}

const sample: StructSchema = struct('Sample', [
  field('name', string),
  field('count', scalar('int32')),
  field('on', scalar('boolean')),
  field('list', list(structValue(item)), { listType: 'map', listKeys: ['name'] }),
  field('ports', list(structValue(port)), { listType: 'map', listKeys: ['protocol', 'port'] }),
  field('set', list(string), { listType: 'set' }),
  field('numbers', list(scalar('int32')), { listType: 'set' }),
  field('atomicList', list(string), { listType: 'atomic' }),
  field('plainList', list(structValue(item))),
  field('map', map(string)),
  field('mapOfMaps', map(map(string))),
  field('mapOfStructs', map(structValue(item))),
  field('atomicMap', map(string), { mapType: 'atomic' }),
  field('struct', structValue(item)),
  field('atomicStruct', structValue(item), { mapType: 'atomic' }),
  field('free', scalar('any')),
  field(
    'nested',
    structValue(() => sample),
  ),
]);

export function sampleSchema(): StructSchema {
  return sample;
}

/** As sampleSchema, but for some fields, as another version of the same kind might have it. */
export function changedSchema(changes: Readonly<Record<string, Partial<FieldOptions>>>): StructSchema {
  return struct(
    'Sample',
    sample.fields.map((found) => ({ ...found, ...changes[found.name] })),
  );
}

export function preservingSchema(): StructSchema {
  return struct(
    'Open',
    [field('known', string), field('list', list(structValue(item)), { listType: 'map', listKeys: ['name'] })],
    {
      preserve: true,
    },
  );
}
