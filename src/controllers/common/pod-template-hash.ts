// The hash that names ReplicaSets and revisions of DaemonSets: FNV-1a over the text that Go's spew prints for a pod template, so that the same
// template has the same name here and on any other cluster of this version.
// Models kubernetes pkg/controller/controller_utils.go ComputeHash and k8s.io/utils/dump.ForHash.
//
// The text is the Go struct, field by field, zero values too:
//   (v1.PodTemplateSpec){ObjectMeta:(v1.ObjectMeta){Name:(string) … Labels:(map[string]string)map[app:web] …} Spec:(v1.PodSpec){…
// A field prints its type and value, an element of a slice or a map its value alone, a pointer the type of the pointer and
// what it points to. What is absent prints `<nil>`; so do empty lists and maps, which protobuf does not carry.

import type { PodTemplateSpec } from '../../api/types/core-v1.ts';
import { isObject } from '../../lib/json.ts';
import { formatQuantity, quantityOf } from '../../schema/quantity.ts';
import { POD_TEMPLATE_STRUCTS } from './pod-template-table.ts';

const HASH_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** Digits (or hex) as letters that form no words. Models rand.SafeEncodeString. */
export function safeEncode(text: string): string {
  return [...text].map((letter) => HASH_LETTERS[letter.charCodeAt(0) % HASH_LETTERS.length]).join('');
}

export function podTemplateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const text = new TextEncoder().encode(podTemplateText(template));
  const bytes = new Uint8Array(text.length + (collisionCount === undefined ? 0 : 8));
  bytes.set(text);
  if (collisionCount !== undefined) {
    // Eight bytes, of which upstream fills four.
    for (let i = 0; i < 4; i++) bytes[text.length + i] = (collisionCount >>> (8 * i)) & 0xff;
  }
  return safeEncode(String(fnv1a(bytes)));
}

function fnv1a(bytes: Iterable<number>): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

export function podTemplateText(template: PodTemplateSpec): string {
  return `(v1.PodTemplateSpec)${structText('v1.PodTemplateSpec', template)}`;
}

function structText(type: string, value: unknown): string {
  const object = isObject(value) ? value : {};
  const fields = (POD_TEMPLATE_STRUCTS[type] ?? '').split(',').map((field) => {
    const [names = '', fieldType = ''] = field.split(' ');
    if (names.startsWith('-')) return `${names.slice(1)}:(${fieldType})${valueText(fieldType, object)}`;
    const [name = '', json = name.slice(0, 1).toLowerCase() + name.slice(1)] = names.split('=');
    return `${name}:(${fieldType})${valueText(fieldType, object[json])}`;
  });
  return `{${fields.join(' ')}}`;
}

function valueText(type: string, value: unknown): string {
  if (type.startsWith('*')) return value === undefined || value === null ? '<nil>' : valueText(type.slice(1), value);
  if (type.startsWith('[]')) return sliceText(type.slice(2), value);
  switch (type) {
    case 'map[string]string':
      return mapText('string', value);
    case 'v1.ResourceList':
      return mapText('resource.Quantity', value);
    case 'resource.Quantity':
      return quantityText(value);
    case 'intstr.IntOrString':
      return intOrStringText(value);
    // Nobody sets times in a template; their text would depend on the time zone of the controller.
    case 'v1.Time':
      return '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}';
    case 'int32':
    case 'int64':
      return String(typeof value === 'number' ? value : 0);
    case 'bool':
      return String(value === true);
  }
  if (Object.hasOwn(POD_TEMPLATE_STRUCTS, type)) return structText(type, value);
  return typeof value === 'string' ? value : '';
}

function sliceText(type: string, value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return '<nil>';
  return `[${value.map((item: unknown) => valueText(type, item)).join(' ')}]`;
}

function mapText(type: string, value: unknown): string {
  const keys = isObject(value) ? Object.keys(value).toSorted() : [];
  if (!isObject(value) || keys.length === 0) return '<nil>';
  return `map[${keys.map((key) => `${key}:${valueText(type, value[key])}`).join(' ')}]`;
}

function intOrStringText(value: unknown): string {
  const isText = typeof value === 'string';
  const number = typeof value === 'number' ? value : 0;
  return `{Type:(intstr.Type)${isText ? 1 : 0} IntVal:(int32)${number} StrVal:(string)${isText ? value : ''}}`;
}

const CANONICAL_QUANTITY = /^(-?[0-9]+)(?:e(-?[0-9]+)|([numkMGTPE]|)|([KMGTPE])i)$/;
const DECIMAL_SCALE: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

/**
 * resource.Quantity as it is after parsing its canonical text. Numbers of more than 18 digits, which upstream keeps in
 * another form, get a stable text of ours.
 */
function quantityText(value: unknown): string {
  if (value === undefined || value === null) return amountText(0n, 0, '', '');
  const text = formatQuantity(quantityOf(value as string | number));
  if (text === '0') return amountText(0n, 0, '0', 'DecimalSI');
  const [, digits = '0', exponent, suffix, binary] = CANONICAL_QUANTITY.exec(text) ?? [];
  if (binary !== undefined) {
    const value = BigInt(digits) << (10n * BigInt('KMGTPE'.indexOf(binary) + 1));
    // Go's parser keeps the text only of what is certain to be canonical at a glance.
    return amountText(value, 0, BigInt(digits) % 8n === 0n ? '' : text, 'BinarySI');
  }
  if (exponent !== undefined) return amountText(BigInt(digits), Number(exponent), text, 'DecimalExponent');
  return amountText(BigInt(digits), DECIMAL_SCALE[suffix ?? ''] ?? 0, text, 'DecimalSI');
}

function amountText(value: bigint, scale: number, text: string, format: string): string {
  const amount = `i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}}`;
  return `{${amount} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${text} Format:(resource.Format)${format}}`;
}
