import { expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import type { StructSchema } from '../structural.ts';
import { definition } from '../table.ts';
import { conversionError } from './from-unstructured.ts';

const template = definition('io.k8s.api.core.v1.PodTemplate') as StructSchema;

it('says which Go type cannot be made of which', () => {
  const cases: Array<readonly [JsonObject, string | undefined]> = [
    [{ template: { spec: { containers: [{ name: 5 }] } } }, 'cannot convert int64 to string'],
    [{ template: { spec: { containers: { name: 'a' } } } }, 'cannot restore slice from map'],
    [{ template: { spec: { securityContext: 'x' } } }, 'cannot restore struct from: string'],
    [{ template: 'x' }, 'cannot restore struct from: string'],
    [{ metadata: [] }, 'cannot restore struct from: slice'],
    [{ metadata: { labels: 'x' } }, 'cannot restore map from string'],
    [{ metadata: { labels: { a: true } } }, 'cannot convert bool to string'],
    [{ metadata: { generation: 1.5 } }, 'cannot convert float64 to int64'],
    [{ metadata: { name: null, labels: {} }, template: {} }, undefined],
    [{ metadata: { creationTimestamp: 'late' } }, undefined],
  ];
  for (const [object, error] of cases) expect(conversionError(object, template)).toBe(error);
});
