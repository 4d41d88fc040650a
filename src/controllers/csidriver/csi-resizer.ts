// Lets volumes of the simulated driver grow, and gives them other attributes, as their claims ask for: at once, while they
// are in use or not.
// Models kubernetes-csi/external-resizer pkg/{controller/expand_and_recover.go,modifycontroller}.

import type { Client } from '../../api/client.ts';
import { quantityIn } from '../../api/core/v1/resource-lists.ts';
import { SIMULATED_DRIVER } from '../../api/storage/v1/simulated-driver.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/core-v1.ts';
import type { VolumeAttributesClass } from '../../api/types/storage-v1.ts';
import { formatTime } from '../../lib/clock.ts';
import { clone } from '../../lib/json.ts';
import { compareQuantity } from '../../schema/quantity.ts';
import type { Controller } from '../runtime/component.ts';

const CLAIMS = 'persistentvolumeclaims';
const CLASSES = 'volumeattributesclasses.storage.k8s.io';

/** A key is `NAMESPACE/NAME` of a claim. */
export const csiResizer: Controller = {
  name: 'csi-resizer',
  eventSource: `external-resizer ${SIMULATED_DRIVER}`,
  watches: {
    [CLAIMS]: ({ verb, namespace, name, object }) =>
      verb !== 'delete' && (wantsSize(object) !== undefined || wantsAttributes(object) !== undefined)
        ? [`${namespace}/${name}`]
        : [],
    [CLASSES]: ({ verb, name, object }, { client }) =>
      verb === 'create' && (object as VolumeAttributesClass).driverName === SIMULATED_DRIVER
        ? client
            .list(CLAIMS)
            .filter((claim) => wantsAttributes(claim) === name)
            .map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)
        : [],
  },
  reconcile(key, { client, now }) {
    const [namespace = '', name = ''] = key.split('/');
    const claim = client.get(CLAIMS, namespace, name);
    const volume = claim && client.get('persistentvolumes', '', claim.spec?.volumeName ?? '');
    if (claim === undefined || volume?.spec?.csi?.driver !== SIMULATED_DRIVER) return undefined;
    const size = wantsSize(claim);
    const failure = size === undefined ? undefined : resize(client, claim, volume, size, formatTime(now));
    if (failure !== undefined) return { error: failure };
    const attributes = wantsAttributes(claim);
    const refusal = attributes === undefined ? undefined : modify(client, namespace, name, attributes, formatTime(now));
    return refusal === undefined ? undefined : { error: refusal };
  },
};

/** Undefined: it has what it asks for. */
function wantsSize({ spec, status, metadata }: PersistentVolumeClaim): string | number | undefined {
  if (status?.phase !== 'Bound' || metadata.deletionTimestamp !== undefined) return undefined;
  const wanted = spec?.resources?.requests?.['storage'];
  return compareQuantity(quantityIn(wanted), quantityIn(status.capacity?.['storage'])) > 0 ? wanted : undefined;
}

function wantsAttributes({ spec, status, metadata }: PersistentVolumeClaim): string | undefined {
  if (status?.phase !== 'Bound' || metadata.deletionTimestamp !== undefined) return undefined;
  const wanted = spec?.volumeAttributesClassName ?? '';
  return wanted === '' || wanted === status.currentVolumeAttributesClassName ? undefined : wanted;
}

type Failure = string | undefined;

function resize(
  client: Client,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
  storage: string | number,
  time: string,
): Failure {
  const begun = clone(claim);
  begun.status = {
    ...begun.status,
    allocatedResources: { storage },
    allocatedResourceStatuses: { storage: 'ControllerResizeInProgress' },
    conditions: [...conditionsBut(begun, 'Resizing'), condition('Resizing', time)],
  };
  const started = client.updateStatus(CLAIMS, begun);
  if (!started.ok) return started.status.message ?? '';
  const message = `External resizer is resizing volume ${volume.metadata.name}`;
  client.event({ regarding: claim, type: 'Normal', reason: 'Resizing', message });
  const failure = changeVolume(client, volume.metadata.name, (spec) => {
    spec.capacity = { ...spec.capacity, storage };
  });
  if (failure !== undefined) return failure;
  const done = clone(started.value);
  done.status = { ...done.status, capacity: { ...done.status?.capacity, storage } };
  delete done.status.allocatedResourceStatuses;
  setConditions(done, conditionsBut(done, 'Resizing', 'FileSystemResizePending'));
  const finished = client.updateStatus(CLAIMS, done);
  if (!finished.ok) return finished.status.message ?? '';
  const success = { type: 'Normal', reason: 'VolumeResizeSuccessful', message: 'Resize volume succeeded' } as const;
  client.event({ regarding: claim, ...success });
  return undefined;
}

function modify(client: Client, namespace: string, name: string, target: string, time: string): Failure {
  const claim = client.get(CLAIMS, namespace, name);
  if (claim === undefined) return undefined;
  const found = client.get(CLASSES, '', target);
  const begun = clone(claim);
  const known = found !== undefined && found.driverName === SIMULATED_DRIVER;
  const status = known ? 'InProgress' : 'Pending';
  begun.status = { ...begun.status, modifyVolumeStatus: { status, targetVolumeAttributesClassName: target } };
  if (known) setConditions(begun, [...conditionsBut(begun, 'ModifyingVolume'), condition('ModifyingVolume', time)]);
  const started = client.updateStatus(CLAIMS, begun);
  if (!started.ok) return started.status.message ?? '';
  if (!known) return undefined;
  const volume = claim.spec?.volumeName ?? '';
  const start = `external resizer is modifying volume ${volume} with vac ${target}`;
  client.event({ regarding: claim, type: 'Normal', reason: 'VolumeModify', message: start });
  const failure = changeVolume(client, volume, (spec) => {
    spec.volumeAttributesClassName = target;
  });
  if (failure !== undefined) return failure;
  const done = clone(started.value);
  done.status = { ...done.status, currentVolumeAttributesClassName: target };
  delete done.status.modifyVolumeStatus;
  setConditions(done, conditionsBut(done, 'ModifyingVolume'));
  const finished = client.updateStatus(CLAIMS, done);
  if (!finished.ok) return finished.status.message ?? '';
  const message = `external resizer modified volume ${volume} with vac ${target} successfully`;
  client.event({ regarding: claim, type: 'Normal', reason: 'VolumeModifySuccessful', message });
  return undefined;
}

function changeVolume(
  client: Client,
  name: string,
  change: (spec: PersistentVolume['spec'] & object) => void,
): Failure {
  const volume = client.get('persistentvolumes', '', name);
  if (volume === undefined) return undefined;
  const next = clone(volume);
  change((next.spec ??= {}));
  const written = client.update('persistentvolumes', next);
  return written.ok ? undefined : (written.status.message ?? '');
}

type Condition = NonNullable<NonNullable<PersistentVolumeClaim['status']>['conditions']>[number];

function condition(type: string, lastTransitionTime: string): Condition {
  return { type, status: 'True', lastTransitionTime };
}

function conditionsBut({ status }: PersistentVolumeClaim, ...types: readonly string[]): Condition[] {
  return (status?.conditions ?? []).filter(({ type }) => !types.includes(type));
}

function setConditions(claim: PersistentVolumeClaim, conditions: Condition[]): void {
  const status = (claim.status ??= {});
  if (conditions.length > 0) status.conditions = conditions;
  else delete status.conditions;
}
