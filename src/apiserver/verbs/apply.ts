// PATCH with an apply patch: server-side apply. It makes the object where there is none.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go (applyPatcher) and the store's Update.

import type { KubeObject } from '../../api/object.ts';
import type { Result } from '../../api/status.ts';
import { badRequest, conflict, fail, notFoundStatus, ok } from '../../api/status.ts';
import { append } from '../../lib/append.ts';
import { trackApply } from '../../registry/managed-fields/track-apply.ts';
import type { Part } from '../../registry/update.ts';
import { update } from '../../registry/update.ts';
import type { WriteContext, Written } from '../../registry/write.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import type { Configuration } from '../apply-body.ts';
import { duplicatesText, readConfiguration } from '../apply-body.ts';
import type { Exchange } from '../exchange.ts';
import { writeContext } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import type { WriteOptions } from '../options.ts';
import { writeOptions } from '../options.ts';
import {
  admit,
  admitUpdate,
  attributes,
  checkName,
  createTracked,
  dropRepeatedOwners,
  scopeOf,
  settleNamespace,
} from '../write-steps.ts';
import type { Target } from '../write-steps.ts';

export function apply(exchange: Exchange, part: Part): ApiResponse {
  const { kind, path, user, services, encoding } = exchange;
  const options = writeOptions(exchange.query, 'PatchOptions', 'apply');
  if (!options.ok) return statusAnswer(options.status, encoding);
  const config = readConfiguration(exchange.request.body);
  if (!config.ok) return statusAnswer(config.status, encoding);

  const target = { kind, namespace: path.namespace, name: path.name, subresource: path.subresource, user };
  const warnings: string[] = [];
  const write = writeContext(exchange, options.value.dryRun, options.value.fieldManager);
  const run = new ApplyRun(exchange, target, config.value, options.value, warnings);
  const before = services.store.get(kind, path.namespace, path.name);
  const written = before === undefined ? run.create(part, write) : run.update(part, write);
  if (!written.ok) return statusAnswer(written.status, encoding, warnings);
  // Writes of a status warn of nothing.
  if (part === 'main') append(warnings, kind.warnings?.(written.value.object, before) ?? []);
  return jsonAnswer(before === undefined ? 201 : 200, written.value.text, encoding, warnings);
}

/** What an apply makes of an object, with what is checked of the result of any patch. */
class ApplyRun {
  readonly #exchange: Exchange;
  readonly #target: Target;
  readonly #config: Configuration;
  readonly #options: WriteOptions;
  readonly #warnings: string[];

  constructor(exchange: Exchange, target: Target, config: Configuration, options: WriteOptions, warnings: string[]) {
    this.#exchange = exchange;
    this.#target = target;
    this.#config = config;
    this.#options = options;
    this.#warnings = warnings;
  }

  create(part: Part, write: WriteContext): Result<Written> {
    const { services } = this.#exchange;
    const { kind, name } = this.#target;
    const applied = this.#applied(undefined);
    if (!applied.ok) return applied;
    // A status belongs to an object.
    if (part !== 'main') return fail(notFoundStatus(kind, name));
    const object = applied.value;
    // Whatever revision it names, there is none to compare it with.
    delete (object.metadata as { resourceVersion?: string }).resourceVersion;
    return createTracked(services, { ...this.#target, name: '' }, object, false, write);
  }

  update(part: Part, write: WriteContext): Result<Written> {
    const { services } = this.#exchange;
    const { kind, namespace, name } = this.#target;
    const asked = attributes(services, this.#target, 'UPDATE', write);
    const change = {
      namespace,
      name,
      part,
      transform: (old: KubeObject) => {
        const applied = this.#applied(old);
        return applied.ok ? admitUpdate(services, this.#target, applied.value, old, write) : applied;
      },
      admit: (made: KubeObject, old: KubeObject) => admit(services, made, old, asked),
    };
    return update(services.store, kind, change, write);
  }

  #applied(old: KubeObject | undefined): Result<KubeObject> {
    const { services, path } = this.#exchange;
    const { kind } = this.#target;
    const { fieldManager: manager, force, fieldValidation } = this.#options;
    const { value, duplicates } = this.#config;
    const now = services.store.clock.now();
    const applied = trackApply(scopeOf(services, this.#target), old, value, { manager, force, now });
    if (!applied.ok) return applied;
    if (duplicates.length > 0 && fieldValidation === 'Strict') return fail(badRequest(duplicatesText(duplicates)));
    if (fieldValidation === 'Warn') append(this.#warnings, duplicates);
    const object = applied.value;
    const uid = (object.metadata.uid as string | undefined) ?? '';
    if (old === undefined && uid !== '') {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
      return fail(conflict(kind, path.name, why));
    }
    append(this.#warnings, dropRepeatedOwners(object));
    const settled = settleNamespace(kind, object, path.namespace);
    if (!settled.ok) return settled;
    const named = checkName(object, path.name);
    return named.ok ? ok(object) : named;
  }
}
