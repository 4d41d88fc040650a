import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joined } from '../../lib/bytes.ts';
import { EncodedTexts } from './encoded-texts.ts';
import { isList, renderList } from './protobuf-list.ts';
import { renderProtobuf } from './render.ts';

const items = ['a', 'é', 'c'].map((name) => ({ metadata: { name }, data: { k: `[\n${name},` } }));
const list = { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '7' }, items };
const lines = (texts: readonly string[]): string =>
  `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[${['', texts.join(',\n')].join('\n')}`.trimEnd() +
  '\n]}\n';
const bytes = new TextEncoder().encode(lines(items.map((item) => JSON.stringify(item))));

describe('renderList', () => {
  it('makes what the whole list would be encoded to, wherever the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 5 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(joined(await renderList(chunks, new EncodedTexts()))).toEqual(renderProtobuf(JSON.stringify(list)));
      }),
    );
  });

  it('may be empty', async () => {
    const empty = new TextEncoder().encode(lines([]));
    const rendered = joined(await renderList([empty], new EncodedTexts()));
    expect(rendered).toEqual(renderProtobuf(JSON.stringify({ ...list, items: [] })));
  });

  it('fails where the list was broken off', async () => {
    await expect(renderList([bytes.subarray(0, bytes.length - 3)], new EncodedTexts())).rejects.toThrow('broken off');
  });

  it('is told from an object', () => {
    expect(isList(lines([]))).toBe(true);
    expect(isList('{"kind":"ConfigMap","data":{"a":"\\"items\\":["}}\n')).toBe(false);
    expect(isList('')).toBe(false);
  });
});

describe('EncodedTexts', () => {
  it('encodes once, as each thing, and forgets what nobody asks for', () => {
    const texts = new EncodedTexts(1000);
    let made = 0;
    const get = (text: string, as = 'x'): Uint8Array =>
      texts.get(text, as, () => {
        made++;
        return new Uint8Array(50);
      });
    expect(get('a')).toBe(get('a'));
    expect(made).toBe(1);
    get('a', 'y');
    expect(made).toBe(2);
    for (let index = 0; index < 100; index++) {
      get(`text ${index}`);
      get('often');
    }
    expect(made).toBe(103);
    get('text 0');
    expect(made).toBe(104);
  });
});
