// POST to a kind that is a question: the answer is the object with its status, and nothing is stored.

import type { KubeObject } from '../../api/object.ts';
import type { ReviewStrategy } from '../../api/review.ts';
import { fail } from '../../api/status.ts';
import { toCanonical } from '../../registry/canonical.ts';
import { trackUpdate } from '../../registry/managed-fields/track-update.ts';
import { jsonAnswer, statusAnswer } from '../answer.ts';
import { userInfoOf } from '../authentication/user.ts';
import { decodeBody } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { writeContext } from '../exchange.ts';
import type { ApiResponse } from '../http.ts';
import { writeOptions } from '../options.ts';
import { settleNamespace } from '../write-steps.ts';

export function review(exchange: Exchange, strategy: ReviewStrategy<KubeObject>): ApiResponse {
  const { kind, path, user, services, encoding } = exchange;
  const options = writeOptions(exchange.query, 'CreateOptions');
  if (!options.ok) return statusAnswer(options.status, encoding);
  const decoded = decodeBody(exchange, kind, options.value.fieldValidation);
  if (!decoded.ok) return statusAnswer(decoded.status, encoding);
  const { object, warnings } = decoded.value;
  const settled = settleNamespace(kind, object, path.namespace);
  const { manager } = writeContext(exchange, options.value.dryRun, options.value.fieldManager);
  const scope = services.store.fieldScopes.of(services.scheme, kind, '');
  trackUpdate(scope, undefined, object, manager, services.store.clock.now());
  const answered = settled.ok
    ? strategy.answer(object, {
        now: services.store.clock.now(),
        user: userInfoOf(user),
        authorizer: services.authorizer,
        reviewToken: (token, audiences) => services.authenticator.review(token, audiences),
      })
    : fail(settled.status);
  if (!answered.ok) return statusAnswer(answered.status, encoding, warnings);
  return jsonAnswer(201, `${JSON.stringify(toCanonical(kind, answered.value))}\n`, encoding, warnings);
}
