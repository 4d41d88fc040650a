// PATCH of an object or its status: the patch is applied to the stored object, and the result goes the way of a PUT.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go.

import type { KubeObject } from '../../api/object.ts';
import type { Result } from '../../api/status.ts';
import { ok } from '../../api/status.ts';
import { append } from '../../lib/append.ts';
import type { Part } from '../../registry/update.ts';
import { update } from '../../registry/update.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import { writeContext } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import { writeOptions } from '../options.ts';
import type { Patching } from '../patching.ts';
import { applyPatch, patchType } from '../patching.ts';
import { apply } from './apply.ts';
import { admit, attributes, checkName, dropRepeatedOwners, prepareUpdate, settleNamespace } from '../write-steps.ts';

export function patch(exchange: Exchange, part: Part): ApiResponse {
  const { kind, path, user, services, encoding, request } = exchange;
  const type = patchType(request, kind);
  if (!type.ok) return statusAnswer(type.status, encoding);
  if (type.value === 'apply') return apply(exchange, part);
  const options = writeOptions(exchange.query, 'PatchOptions', type.value);
  if (!options.ok) return statusAnswer(options.status, encoding);
  const { fieldValidation } = options.value;
  const patching: Patching = { type: type.value, text: request.body, expected: kind, fieldValidation };

  const target = { kind, namespace: path.namespace, name: path.name, subresource: path.subresource, user };
  const write = writeContext(exchange, options.value.dryRun, options.value.fieldManager);
  const asked = attributes(services, target, 'UPDATE', write);
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
        const patched = patchedObject(exchange, patching, old, warnings);
        if (!patched.ok) return patched;
        return prepareUpdate(services, target, patched.value, old, write);
      },
      admit: (made, old) => admit(services, made, old, asked),
    },
    write,
  );
  if (!written.ok) return statusAnswer(written.status, encoding, warnings);
  // Writes of a status warn of nothing.
  if (part === 'main') append(warnings, kind.warnings?.(written.value.object, before) ?? []);
  return jsonAnswer(200, written.value.text, encoding, warnings);
}

/** The object that the patch makes of the old one, defaulted as a decoded body is. */
function patchedObject(
  { kind, path }: Exchange,
  patching: Patching,
  old: KubeObject,
  warnings: string[],
): Result<KubeObject> {
  const patched = applyPatch(patching, old);
  if (!patched.ok) return patched;
  append(warnings, patched.value.warnings);
  const { object } = patched.value;
  append(warnings, dropRepeatedOwners(object));
  const named = checkName(object, path.name);
  if (!named.ok) return named;
  const settled = settleNamespace(kind, object, path.namespace);
  if (!settled.ok) return settled;
  kind.setDefaults?.(object);
  return ok(object);
}
