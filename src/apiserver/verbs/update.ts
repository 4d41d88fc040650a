// PUT of an object, of its status, and of a namespace's finalizers.

import { ok } from '../../api/status.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Part } from '../../registry/update.ts';
import { update } from '../../registry/update.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import { decodeBody } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { writeContext } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import { writeOptions } from '../options.ts';
import {
  admit,
  attributes,
  checkName,
  createObject,
  dropRepeatedOwners,
  prepareUpdate,
  settleNamespace,
} from '../write-steps.ts';

export function put(exchange: Exchange, part: Part): ApiResponse {
  const { kind, path, user, services, encoding } = exchange;
  const options = writeOptions(exchange.query, 'UpdateOptions');
  if (!options.ok) return statusAnswer(options.status, encoding);
  const decoded = decodeBody(exchange, kind, options.value.fieldValidation);
  if (!decoded.ok) return statusAnswer(decoded.status, encoding);
  const { object } = decoded.value;
  const warnings = [...decoded.value.warnings, ...dropRepeatedOwners(object)];
  const named = checkName(object, path.name);
  if (!named.ok) return statusAnswer(named.status, encoding, warnings);
  const settled = settleNamespace(kind, object, path.namespace);
  if (!settled.ok) return statusAnswer(settled.status, encoding, warnings);
  kind.setDefaults?.(object);

  const write = writeContext(exchange, options.value.dryRun, options.value.fieldManager);
  const target = { kind, namespace: path.namespace, name: path.name, subresource: path.subresource, user };
  const asked = attributes(services, target, 'UPDATE', write);
  let before: KubeObject | undefined;
  const written = update(
    services.store,
    kind,
    {
      namespace: path.namespace,
      name: path.name,
      part,
      replaces: true,
      transform: (old) => {
        before = old;
        return prepareUpdate(services, target, object, old, write);
      },
      admit: (made, old) => admit(services, made, old, asked),
      createMissing: () => {
        const made = createObject(services, target, object, write);
        return made.ok ? ok({ ...made.value, created: true }) : made;
      },
    },
    write,
  );
  if (!written.ok) return statusAnswer(written.status, encoding, warnings);
  // Writes of a status warn of nothing.
  const own = part === 'main' ? (kind.warnings?.(written.value.object, before) ?? []) : [];
  return jsonAnswer(written.value.created === true ? 201 : 200, written.value.text, encoding, [...warnings, ...own]);
}
