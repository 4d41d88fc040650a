// Whether a toleration covers a taint. Models staging/src/k8s.io/api/core/v1/toleration.go.

import type { Taint, Toleration } from '../../api/types/core-v1.ts';

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { effect = '', key = '', operator = '', value = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  switch (operator) {
    case '':
    case 'Equal':
      return key !== '' && value === (taint.value ?? '');
    case 'Exists':
      return true;
    case 'Lt':
      return compare(taint.value, value, (a, b) => a < b);
    case 'Gt':
      return compare(taint.value, value, (a, b) => a > b);
    default:
      return false;
  }
}

function compare(taint: string | undefined, toleration: string, holds: (a: number, b: number) => boolean): boolean {
  const integer = /^-?[0-9]+$/;
  if (taint === undefined || !integer.test(taint) || !integer.test(toleration)) return false;
  return holds(Number(taint), Number(toleration));
}
