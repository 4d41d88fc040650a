// Managers: who writes, how they are told apart, and how messages name them.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/managedfields.go
// (BuildManagerIdentifier) and apiserver pkg/endpoints/handlers/create.go (managerOrUserAgent).
//
// A manager's id is JSON, as upstream's, because equal times are ordered by it:
//   {"manager":"hpa","operation":"Update","apiVersion":"apps/v1","subresource":"scale"}
//   {"manager":"m1","operation":"Apply"}        an applier is the same in every version

import { byteLength, goQuote } from '../../schema/go-text.ts';

export const MAX_MANAGER_BYTES = 128;

export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** '' for the object itself. */
  readonly subresource: string;
}

export function managerId({ manager, operation, apiVersion, subresource }: Manager): string {
  return JSON.stringify({
    ...(manager === '' ? {} : { manager }),
    operation,
    ...(apiVersion === '' || operation === 'Apply' ? {} : { apiVersion }),
    ...(subresource === '' ? {} : { subresource }),
  });
}

/** `apiVersion` of an applier is ''. */
export function managerOfId(id: string): Manager {
  const { manager = '', operation = 'Update', apiVersion = '', subresource = '' } = JSON.parse(id) as Partial<Manager>;
  return { manager, operation, apiVersion, subresource };
}

/** `"hpa" with subresource "scale" using apps/v1` */
export function managerText(id: string): string {
  const { manager, operation, apiVersion, subresource } = managerOfId(id);
  const where = subresource === '' ? '' : ` with subresource ${goQuote(subresource)}`;
  const using = operation === 'Update' ? ` using ${apiVersion}` : '';
  return `${goQuote(manager)}${where}${using}`;
}

/** The manager that a request names, else what its user agent says up to the first slash. */
export function managerName(fieldManager: string, userAgent: string): string {
  if (fieldManager !== '') return fieldManager;
  const [prefix = ''] = userAgent.split('/');
  let name = '';
  for (const char of prefix) {
    if (char !== ' ' && NOT_PRINTABLE.test(char)) continue;
    if (byteLength(name) + byteLength(char) > MAX_MANAGER_BYTES) break;
    name += char;
  }
  return name;
}
const NOT_PRINTABLE = /[\p{C}\p{Z}]/u;
