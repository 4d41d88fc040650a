// Where the selectors of devices are checked: expressions over one device. They are compiled here, and nowhere evaluated yet.
// Models kubernetes staging/src/k8s.io/dynamic-resource-allocation/cel/compile.go.

import { Environment } from '@marcbachmann/cel-js';
import { checkExpression, goType } from './check.ts';
import { registerLibrary } from './library.ts';

const DEVICE = {
  driver: 'string',
  attributes: 'map<string, map<string, dyn>>',
  capacity: 'map<string, map<string, kubernetes.Quantity>>',
  allowMultipleAllocations: 'bool',
};

export class DeviceCompiler {
  readonly #environment: Environment;

  constructor() {
    this.#environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
    registerLibrary(this.#environment);
    this.#environment
      .registerType({ name: 'kubernetes.DRADevice', schema: DEVICE })
      .registerVariable('device', 'kubernetes.DRADevice');
  }

  /** Undefined for an expression that is true or false of a device. */
  errorOf(expression: string): string | undefined {
    const checked = checkExpression(expression, this.#environment);
    if (!checked.ok) return checked.error;
    const { type } = checked;
    return type === 'bool' || type === 'dyn'
      ? undefined
      : `must evaluate to bool or the unknown type, not ${goType(type)}`;
  }
}
