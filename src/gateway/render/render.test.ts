import { describe, expect, it } from 'vitest';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Encoding } from '../../apiserver/http.ts';
import { decodeProtobuf } from '../../schema/protobuf/decode.ts';
import { encodeWatchEvent } from '../../schema/protobuf/encode.ts';
import { messageOfKind } from '../../schema/protobuf/messages.ts';
import { FrameRenderer, render } from './render.ts';

const box = {
  group: 'test',
  version: 'v1',
  kind: 'Box',
  resource: 'boxes',
  printer: {
    columns: [
      { name: 'Name', type: 'string', format: 'name' },
      { name: 'Size', type: 'integer', description: 'How big.' },
      { name: 'Age', type: 'string' },
      { name: 'Color', type: 'string', priority: 1 },
    ],
    cells: (object: KubeObject & { size?: number }) => [object.metadata.name, object.size ?? 0, 'now', 'red'],
    conditions: (object: KubeObject & { size?: number }) =>
      object.size === 9 ? [{ type: 'Full', status: 'True' }] : [],
  },
} as unknown as Kind;

const context = { kindOf: () => box, now: 0 };
const resource = { group: 'test', version: 'v1', resource: 'boxes' };
const table = (includeObject?: 'None' | 'Metadata' | 'Object'): Encoding => ({
  format: 'json',
  as: { kind: 'Table', version: 'v1', ...(includeObject === undefined ? {} : { includeObject }) },
  resource,
});
const meta = (name: string) => ({ name, uid: 'u', resourceVersion: '5', creationTimestamp: '2026-01-01T00:00:00Z' });
const one = { kind: 'Box', apiVersion: 'test/v1', metadata: meta('a'), size: 3 };
const list = {
  kind: 'BoxList',
  apiVersion: 'test/v1',
  metadata: { resourceVersion: '7', continue: 'c' },
  items: [
    { metadata: meta('a'), size: 3 },
    { metadata: meta('b'), size: 9 },
  ],
};
const COLUMNS = [
  { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
  { name: 'Size', type: 'integer', format: '', description: 'How big.', priority: 0 },
  { name: 'Age', type: 'string', format: '', description: '', priority: 0 },
  { name: 'Color', type: 'string', format: '', description: '', priority: 1 },
];
const text = (body: string | Uint8Array): string => {
  if (typeof body !== 'string') throw new Error('not a text');
  return body;
};
const shown = (value: unknown, encoding: Encoding): unknown =>
  JSON.parse(text(render(JSON.stringify(value), encoding, context).body));

describe('render', () => {
  it('makes a Table of a list, with its metadata and the rows metadata', () => {
    expect(shown(list, table())).toEqual({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '7', continue: 'c' },
      columnDefinitions: COLUMNS,
      rows: [
        {
          cells: ['a', 3, 'now', 'red'],
          object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: meta('a') },
        },
        {
          cells: ['b', 9, 'now', 'red'],
          conditions: [{ type: 'Full', status: 'True' }],
          object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: meta('b') },
        },
      ],
    });
  });

  it('makes a Table of one object, with its revision', () => {
    expect(shown(one, table('None'))).toMatchObject({
      metadata: { resourceVersion: '5' },
      rows: [{ cells: ['a', 3, 'now', 'red'], object: null }],
    });
  });

  it('gives whole objects their type, which items of a list lack', () => {
    expect(shown(list, table('Object'))).toMatchObject({
      rows: [{ object: { kind: 'Box', apiVersion: 'test/v1', size: 3 } }, {}],
    });
  });

  it('cuts objects and lists down to their metadata', () => {
    const partial = (kind: 'PartialObjectMetadata' | 'PartialObjectMetadataList'): Encoding => ({
      format: 'json',
      as: { kind, version: 'v1beta1' },
    });
    expect(shown(one, partial('PartialObjectMetadata'))).toEqual({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1beta1',
      metadata: meta('a'),
    });
    expect(shown(list, partial('PartialObjectMetadataList'))).toMatchObject({
      kind: 'PartialObjectMetadataList',
      metadata: list.metadata,
      items: [{ kind: 'PartialObjectMetadata', metadata: meta('a') }, {}],
    });
  });

  it('never makes a Table of a Status, but writes it as YAML', () => {
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 404 };
    expect(shown(status, table())).toEqual(status);
    expect(render(JSON.stringify(status), { ...table(), format: 'yaml' }, context)).toEqual({
      contentType: 'application/yaml',
      body: 'apiVersion: v1\ncode: 404\nkind: Status\nmetadata: {}\nstatus: Failure\n',
    });
  });

  it('indents by two where asked for', () => {
    expect(render('{"kind":"A","b":[1]}', { format: 'json', pretty: true }, context).body).toBe(
      '{\n  "kind": "A",\n  "b": [\n    1\n  ]\n}',
    );
  });
});

describe('protobuf', () => {
  const map = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { k: 'v' } };
  const read = (bytes: string | Uint8Array): unknown => {
    if (typeof bytes === 'string') throw new Error('a text');
    const decoded = decodeProtobuf(bytes, messageOfKind);
    if (!decoded.ok) throw new Error(decoded.error);
    return { kind: decoded.kind, apiVersion: decoded.apiVersion, ...decoded.value };
  };

  it('is of objects, lists and Statuses', () => {
    const encoding: Encoding = { format: 'protobuf' };
    const rendered = render(JSON.stringify(map), encoding, context);
    expect(rendered.contentType).toBe('application/vnd.kubernetes.protobuf');
    expect(read(rendered.body)).toMatchObject(map);
    const maps = { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '7' }, items: [map] };
    expect(read(render(JSON.stringify(maps), encoding, context).body)).toMatchObject({
      ...maps,
      items: [{ data: { k: 'v' } }],
    });
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 404 };
    expect(read(render(JSON.stringify(status), encoding, context).body)).toMatchObject(status);
  });

  it('is of metadata alone', () => {
    const encoding: Encoding = { format: 'protobuf', as: { kind: 'PartialObjectMetadata', version: 'v1' } };
    const { body } = render(JSON.stringify(map), encoding, context);
    expect(read(body)).toMatchObject({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { name: 'a' },
    });
  });

  it('is of the frames of a watch, each behind its length', () => {
    const frames = new FrameRenderer({ format: 'protobuf' }, context.kindOf, () => 0);
    expect(frames.contentType).toBe('application/vnd.kubernetes.protobuf;stream=watch');
    const gone = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 410 };
    const bytes = frames.render(
      `${JSON.stringify({ type: 'ADDED', object: map })}\n${JSON.stringify({ type: 'ERROR', object: gone })}\n`,
    );
    if (typeof bytes === 'string') throw new Error('a text');
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    expect(bytes.subarray(4, 4 + length)).toEqual(
      encodeWatchEvent('ADDED', map, 'k8s.io.api.core.v1.ConfigMap').subarray(4),
    );
    const second = encodeWatchEvent('ERROR', gone, 'k8s.io.apimachinery.pkg.apis.meta.v1.Status');
    expect(bytes.subarray(4 + length)).toEqual(second);
  });
});

describe('FrameRenderer', () => {
  const frame = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
  const parse = (frames: string | Uint8Array): unknown[] =>
    text(frames)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  it('gives the columns once, and blank cells to bookmarks', () => {
    const frames = new FrameRenderer(table(), context.kindOf, () => 0);
    const first = parse(frames.render(frame('ADDED', one) + frame('MODIFIED', one)));
    expect(first).toMatchObject([
      { type: 'ADDED', object: { columnDefinitions: COLUMNS, metadata: { resourceVersion: '5' } } },
      { type: 'MODIFIED', object: { columnDefinitions: null, rows: [{ cells: ['a', 3, 'now', 'red'] }] } },
    ]);
    const bookmark = { kind: 'Box', apiVersion: 'test/v1', metadata: { resourceVersion: '9' } };
    expect(parse(frames.render(frame('BOOKMARK', bookmark)))).toMatchObject([
      { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' }, rows: [{ cells: ['', 0, '<unknown>', ''] }] } },
    ]);
  });

  it('leaves errors as they are', () => {
    const error = frame('ERROR', { kind: 'Status', code: 410 });
    expect(new FrameRenderer(table(), context.kindOf, () => 0).render(error)).toBe(error);
  });
});
