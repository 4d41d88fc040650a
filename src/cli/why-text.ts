// The answer of `why`, for people: each event of the object, oldest first, and under it the chain that led to it.
//
//   pod/web-5d8f-x2x4z in namespace default
//
//   created by replicaset-controller, revision 41, 2026-01-02T03:04:05Z
//     <- replicaset.apps/web-5d8f created by deployment-controller, revision 37
//     <- deployment.apps/web created by kubernetes-admin with kubectl/v1.36.1, revision 35
//   bound to node-2 by default-scheduler, revision 44, 2026-01-02T03:04:06Z
//     <- revision 41, above

import type { Why, WhyLink, WhyStep } from '../api/why.ts';

const COMPONENT = 'system:serviceaccount:kube-system:';

export function whyText({ object, events, omitted, compacted }: Why): string {
  const where = object.namespace === '' ? '' : ` in namespace ${object.namespace}`;
  const lines = [`${object.resource}/${object.name}${where}`, ''];
  if (compacted) lines.push('(what was before is no longer in the log)');
  const told = new Set<number>();
  for (const [index, event] of events.entries()) {
    if (index === 1 && omitted > 0) lines.push(`(${omitted} events left out)`);
    lines.push(`${event.what} by ${who(event)}, revision ${event.rev}, ${event.at}`);
    told.add(event.rev);
    for (const link of event.because) {
      if (told.has(link.rev)) {
        lines.push(`  <- revision ${link.rev}, above`);
        break;
      }
      lines.push(`  <- ${linkText(link, object.namespace)}`);
      told.add(link.rev);
    }
  }
  return lines.join('\n');
}

function linkText(link: WhyLink, namespace: string): string {
  if ('gap' in link) {
    const reason = link.gap === 'hidden' ? 'which you may not see' : 'which is no longer in the log';
    return `revision ${link.rev}, ${reason}`;
  }
  const elsewhere = link.namespace === '' || link.namespace === namespace ? '' : ` in namespace ${link.namespace}`;
  return `${link.resource}/${link.name}${elsewhere} ${link.what} by ${who(link)}, revision ${link.rev}`;
}

function who({ actor, agent }: WhyStep): string {
  const name = actor.startsWith(COMPONENT) ? actor.slice(COMPONENT.length) : actor;
  const program = agent.split(' ')[0] ?? '';
  return program === '' || program === name ? name : `${name} with ${program}`;
}
