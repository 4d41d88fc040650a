// The CEL type of a structural schema. Models kubernetes staging/src/k8s.io/apiserver/pkg/cel/common/schemas.go and
// …/openapi.

import type { Environment } from '@marcbachmann/cel-js';
import type { StructSchema, ValueSchema } from '../../structural.ts';

/** Declares the type with all that it is made of, and answers its name. A type within itself is anything there. */
export function declareStruct(environment: Environment, struct: StructSchema): string {
  const done = new Map<string, boolean>();
  const declare = ({ id, fields }: StructSchema): string => {
    const declared = done.get(id);
    if (declared !== undefined) return declared ? id : 'dyn';
    done.set(id, false);
    const schema = Object.fromEntries(fields.map(({ name, value }) => [name, typeOf(value)]));
    environment.registerType({ name: id, schema });
    done.set(id, true);
    return id;
  };
  const typeOf = ({ kind, struct: within, items }: ValueSchema): string => {
    switch (kind) {
      case 'string':
      case 'quantity':
        return 'string';
      case 'boolean':
        return 'bool';
      case 'int32':
      case 'int64':
        return 'int';
      case 'double':
      case 'bytes':
        return kind;
      case 'time':
      case 'microTime':
        return 'google.protobuf.Timestamp';
      case 'struct':
        return within === undefined ? 'dyn' : declare(within());
      case 'list':
        return `list<${items === undefined ? 'dyn' : typeOf(items)}>`;
      case 'map':
        return `map<string, ${items === undefined ? 'dyn' : typeOf(items)}>`;
      default:
        return 'dyn';
    }
  };
  return declare(struct);
}
