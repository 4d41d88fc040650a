// What POST /clusters takes, checked.

import { z } from 'zod';
import { badRequest, fail, failure, invalidStatus, ok } from '../api/status.ts';
import type { Result } from '../api/status.ts';
import type { FieldError } from '../schema/field-error.ts';
import { isClusterName } from './cluster-path.ts';

export const MAX_NODES = 1000;
const QUANTITY = /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/;

const quantity = z.string().max(20).regex(QUANTITY, 'must be a quantity such as 4, 500m or 8Gi');

function schema() {
  return z.strictObject({
    name: z
      .string()
      .refine(
        isClusterName,
        "must be an RFC 1123 label of at most 63 characters: lower case letters, digits and '-', first and last a letter or digit",
      )
      .optional(),
    nodes: z.number().int().min(0).max(MAX_NODES).optional(),
    nodeShape: z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() }).optional(),
    seed: z.number().int().min(0).max(0xffffffff).optional(),
  });
}

export type CreateClusterRequest = z.infer<ReturnType<typeof schema>>;

const MAX_BODY = 64 << 10;

/** `text`: the body. An empty one asks for a cluster of defaults with a generated name. */
export function parseCreateRequest(text: string): Result<CreateClusterRequest> {
  if (text.length > MAX_BODY) {
    return fail(failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`));
  }
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return fail(badRequest('the body is not JSON'));
  }
  const parsed = schema().safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const errors = parsed.error.issues.map((issue): FieldError => {
    const field = issue.path.map(String).join('.');
    return {
      type: 'FieldValueInvalid',
      field: field === '' ? '(root)' : field,
      message: `Invalid value: ${issue.message}`,
    };
  });
  const name = (value as { name?: unknown } | null)?.name;
  return fail(invalidStatus('kubewisp.dev', 'Cluster', typeof name === 'string' ? name : '', errors));
}
