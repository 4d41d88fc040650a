// Attaches volumes of the simulated driver to nodes, and takes them away: at once.
// Models kubernetes-csi/external-attacher pkg/controller/csi_handler.go.

import { SIMULATED_DRIVER } from '../../api/storage/v1/simulated-driver.ts';
import type { VolumeAttachment } from '../../api/types/storage-v1.ts';
import { clone } from '../../lib/json.ts';
import type { Controller } from '../runtime/component.ts';

const ATTACHMENTS = 'volumeattachments.storage.k8s.io';
const FINALIZER = `external-attacher/${SIMULATED_DRIVER.replaceAll('.', '-')}`;

/** A key is the name of an attachment. */
export const csiAttacher: Controller = {
  name: 'csi-attacher',
  eventSource: SIMULATED_DRIVER,
  watches: {
    [ATTACHMENTS]: ({ verb, name, object }) =>
      verb !== 'delete' && needsWork(object as VolumeAttachment) ? [name] : [],
  },
  reconcile(name, { client }) {
    let attachment = client.get(ATTACHMENTS, '', name);
    if (attachment === undefined || !needsWork(attachment)) return undefined;
    const attach = attachment.metadata.deletionTimestamp === undefined;
    if (attach && !hasFinalizer(attachment)) {
      const held = clone(attachment);
      held.metadata.finalizers = [...(held.metadata.finalizers ?? []), FINALIZER];
      const written = client.update(ATTACHMENTS, held);
      if (!written.ok) return { error: written.status.message ?? '' };
      attachment = written.value;
    }
    const next = clone(attachment);
    next.status = { attached: attach };
    const told = client.updateStatus(ATTACHMENTS, next);
    if (!told.ok) return { error: told.status.message ?? '' };
    if (attach) return undefined;
    const free = clone(told.value);
    free.metadata.finalizers = (free.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
    if (free.metadata.finalizers.length === 0) delete free.metadata.finalizers;
    const freed = client.update(ATTACHMENTS, free);
    return freed.ok || freed.status.reason === 'NotFound' ? undefined : { error: freed.status.message ?? '' };
  },
};

function needsWork(attachment: VolumeAttachment): boolean {
  if (attachment.spec.attacher !== SIMULATED_DRIVER) return false;
  return attachment.metadata.deletionTimestamp === undefined
    ? attachment.status?.attached !== true
    : hasFinalizer(attachment);
}

function hasFinalizer({ metadata }: VolumeAttachment): boolean {
  return metadata.finalizers?.includes(FINALIZER) === true;
}
