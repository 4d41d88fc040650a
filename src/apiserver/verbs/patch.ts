// PATCH of an object or its status: the patch is applied to the stored object, and the result goes the way of a PUT.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go.

import type { KubeObject } from '../../api/object.ts';
import type { Result } from '../../api/status.ts';
import { badRequest, fail, failure, ok } from '../../api/status.ts';
import type { Part } from '../../registry/update.ts';
import { update } from '../../registry/update.ts';
import { clone } from '../../lib/json.ts';
import type { JsonValue } from '../../lib/json.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import { checkDecoded } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { writeContext } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import type { FieldValidation } from '../options.ts';
import { writeOptions } from '../options.ts';
import { unsupportedMediaType } from '../negotiate.ts';
import type { PreparedPatch } from '../patches.ts';
import { PATCH_TYPES, preparePatch } from '../patches.ts';
import { admit, attributes } from '../write-steps.ts';

export function patch(exchange: Exchange, part: Part): ApiResponse {
  const { kind, path, user, services, encoding, request } = exchange;
  const type = (request.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!PATCH_TYPES.includes(type)) return statusAnswer(unsupportedMediaType(PATCH_TYPES.join(', ')), encoding);
  const options = writeOptions(exchange.query, 'PatchOptions');
  if (!options.ok) return statusAnswer(options.status, encoding);
  const prepared = preparePatch(type, request.body, kind.definition);
  if (!prepared.ok) return statusAnswer(prepared.status, encoding);

  const target = { kind, namespace: path.namespace, name: path.name, subresource: path.subresource, user };
  const asked = attributes(services, target, 'UPDATE');
  const warnings: string[] = [];
  let before: KubeObject | undefined;
  const written = update(
    services.store,
    kind,
    {
      namespace: path.namespace,
      name: path.name,
      part,
      transform: (old) => {
        before = old;
        const patched = applyPatch(exchange, prepared.value, old, options.value.fieldValidation, warnings);
        if (!patched.ok) return patched;
        const refused = services.admission.mutate(patched.value, asked);
        return refused === undefined ? patched : fail(refused);
      },
      admit: (made, old) => admit(services, made, old, asked),
    },
    writeContext(exchange, options.value.dryRun),
  );
  if (!written.ok) return statusAnswer(written.status, encoding, warnings);
  warnings.push(...(kind.warnings?.(written.value.object, before) ?? []));
  return jsonAnswer(200, written.value.text, encoding, warnings);
}

/** The object that the patch makes of the old one, checked and defaulted as a decoded body is. */
function applyPatch(
  exchange: Exchange,
  prepared: PreparedPatch,
  old: KubeObject,
  fieldValidation: FieldValidation,
  warnings: string[],
): Result<KubeObject> {
  const { kind, path } = exchange;
  const applied = prepared.apply(clone(old) as unknown as JsonValue);
  if (!applied.ok) return applied;
  if (typeof applied.value !== 'object' || applied.value === null || Array.isArray(applied.value)) {
    return fail(failure(422, 'Invalid', 'the patch does not leave an object'));
  }
  const checked = checkDecoded(applied.value, kind, fieldValidation);
  if (!checked.ok) return checked;
  warnings.push(...checked.value.warnings);
  const { object } = checked.value;
  const meta = object.metadata;
  if (meta.name !== path.name) {
    return fail(badRequest(`the name of the object (${meta.name ?? ''}) does not match the name on the URL (${path.name})`));
  }
  if (kind.namespaced && meta.namespace !== path.namespace) {
    return fail(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
  }
  kind.setDefaults?.(object);
  return ok(object);
}
