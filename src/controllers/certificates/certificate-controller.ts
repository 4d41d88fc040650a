// Certificate requests: nodes' are approved, approved ones get a certificate, and what has served its time goes. Three
// controllers upstream, which act under this one name; here one that takes the steps in turn.
// Models kubernetes pkg/controller/certificates.

import type { CertificateAuthority } from '../../api/certificates/v1/certificate-authority.ts';
import { readRequest } from '../../api/certificates/v1/certificate-text.ts';
import type { Authorizer } from '../../api/review.ts';
import type { Result } from '../../api/status.ts';
import { fail } from '../../api/status.ts';
import type { Controller, Outcome } from '../runtime/component.ts';
import { approval } from './approve.ts';
import { dueForRemoval } from './clean.ts';
import { publish } from './publish.ts';
import { isIssued } from './request-state.ts';
import { signed } from './sign.ts';

const RESOURCE = 'certificatesigningrequests.certificates.k8s.io';

export interface CertificateControllerOptions {
  readonly authority: CertificateAuthority;
  readonly authorizer: Pick<Authorizer, 'authorize'>;
}

/** A key is the name of a request. Each write leads to the next step. */
export function certificateController({ authority, authorizer }: CertificateControllerOptions): Controller {
  return {
    name: 'certificate-controller',
    watches: { [RESOURCE]: ({ verb, name }) => (verb === 'delete' ? [] : [name]) },
    reconcile(name, { client, now }) {
      const object = client.get(RESOURCE, '', name);
      if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined;
      const due = dueForRemoval(object);
      if (due <= now) {
        const { uid } = object.metadata;
        return outcome(client.delete(RESOURCE, '', name, { preconditions: { uid } }));
      }
      const wait = Number.isFinite(due) ? { requeueAfter: due - now } : undefined;
      const request = readRequest(object.spec.request);
      if (request === undefined) return wait;
      const approved = approval(object, request, authorizer);
      if (approved.outcome === 'approved') return outcome(client.approve(approved.object));
      if (approved.outcome === 'refused') return { error: approved.why };
      const next = signed(object, request, authority, now);
      if (next === undefined) return wait;
      const refused = isIssued(next) ? publish(client, authority) : undefined;
      return refused === undefined ? outcome(client.updateStatus(RESOURCE, next)) : outcome(fail(refused));
    },
  };
}

function outcome(result: Result<unknown>): Outcome | undefined {
  return result.ok || result.status.reason === 'NotFound' ? undefined : { error: result.status.message ?? '' };
}
