// GET and LIST of kinds whose objects are worked out: from the present state alone, so that revisions, pages and watches
// mean nothing to them.

import type { ComputeContext, ComputedStrategy } from '../../api/computed.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import { textPrefix } from '../../registry/text.ts';
import { jsonAnswer, rendering, statusAnswer } from '../answer.ts';
import type { Exchange, Services } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import { listOptions } from '../options.ts';
import { parseSelection } from '../selection.ts';

type Strategy = ComputedStrategy<KubeObject>;

export function computedGet(exchange: Exchange, strategy: Strategy): ApiResponse {
  const { path, services, encoding } = exchange;
  const found = strategy.get(path.namespace, path.name, computeContext(services));
  return found.ok
    ? jsonAnswer(200, `${JSON.stringify(found.value)}\n`, encoding)
    : statusAnswer(found.status, encoding);
}

export function computedList(exchange: Exchange, strategy: Strategy): ApiResponse {
  const { kind, path, services, encoding, query } = exchange;
  const options = listOptions(query, false);
  if (!options.ok) return statusAnswer(options.status, encoding);
  const selected = parseSelection(kind, options.value.labelSelector, options.value.fieldSelector);
  if (!selected.ok) return statusAnswer(selected.status, encoding);
  const { matches } = selected.value;
  const objects = strategy.list(path.namespace === '' ? undefined : path.namespace, computeContext(services));
  // As of any list that is rendered elsewhere: an item a line.
  const lineEnd = encoding === undefined || rendering(encoding) === undefined ? '' : '\n';
  const items = objects
    .filter((object) => matches?.(object) ?? true)
    .map(({ kind: _, apiVersion: __, ...item }) => `${lineEnd}${JSON.stringify(item)}`);
  const head = `${textPrefix(`${kind.kind}List`, apiVersionOf(kind))}"metadata":{},"items":[`;
  return jsonAnswer(200, `${head}${items.join(',')}${lineEnd}]}\n`, encoding);
}

function computeContext({ store, usage, loopback }: Services): ComputeContext {
  const client = loopback(0);
  return {
    now: store.clock.now(),
    measurements: usage,
    get: (resource, namespace, name) => client.get(resource, namespace, name),
    list: (resource, options) => client.list(resource, options),
  };
}
