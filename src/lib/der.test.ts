import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  der,
  objectIdentifier,
  readDer,
  readPem,
  readTime,
  sequence,
  smallInteger,
  TAG,
  text,
  time,
  writePem,
} from './der.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('the worked example', () => {
  expect(hex(sequence(smallInteger(2), text(TAG.utf8, 'x')))).toBe('30060201020c0178');
  expect(hex(objectIdentifier('1.2.840.10045.4.3.2'))).toBe('06082a8648ce3d040302');
});

test('what is written is read', () => {
  const bytes = fc.uint8Array({ maxLength: 700 });
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 4 }), (contents) => {
      const whole = Buffer.concat(contents.map((content) => der(TAG.octetString, content)));
      expect(readDer(whole)?.map(({ content }) => hex(content))).toEqual(contents.map(hex));
    }),
  );
});

test('whatever is read, nothing is thrown', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void readDer(bytes)));
});

test('times, of this century', () => {
  fc.assert(
    fc.property(fc.integer({ min: 946_684_800, max: 4_102_444_799 }), (seconds) => {
      const [element] = readDer(time(seconds * 1000)) ?? [];
      expect(element === undefined ? undefined : readTime(element)).toBe(seconds * 1000);
    }),
  );
  expect(readDer(time(Date.UTC(2049, 11, 31)))?.[0]?.tag).toBe(TAG.utcTime);
  expect(readDer(time(Date.UTC(2050, 0, 1)))?.[0]?.tag).toBe(TAG.generalizedTime);
});

test('PEM', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(hex(readPem(`before\n${writePem(bytes, 'X')}`, 'X') ?? new Uint8Array(1))).toBe(hex(bytes));
    }),
  );
});
