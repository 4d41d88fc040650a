// Endpoints. Models kubernetes pkg/registry/core/endpoint, ValidateEndpoints and formatEndpoints.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { required } from '../../../schema/field-error.ts';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  portNumberErrors,
  qualifiedNameErrors,
} from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, firstItems } from '../../printing.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from '../../types/core-v1.ts';
import { invalidEach, validateEnum } from '../../validation/fields.ts';
import { validateEndpointIp, validateLegacyIp } from '../../validation/ip.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';

function validate(object: Endpoints): FieldError[] {
  return (object.subsets ?? []).flatMap((subset, index) => validateSubset(subset, `subsets[${index}]`));
}

function validateSubset(subset: EndpointSubset, field: string): FieldError[] {
  const ready = subset.addresses ?? [];
  const notReady = subset.notReadyAddresses ?? [];
  const ports = subset.ports ?? [];
  const errors: FieldError[] = [];
  if (ready.length + notReady.length === 0) {
    errors.push(required(field, 'must specify `addresses` or `notReadyAddresses`'));
  }
  ready.forEach((address, index) => append(errors, validateAddress(address, `${field}.addresses[${index}]`)));
  notReady.forEach((address, index) =>
    append(errors, validateAddress(address, `${field}.notReadyAddresses[${index}]`)),
  );
  ports.forEach((port, index) => append(errors, validatePort(port, ports.length > 1, `${field}.ports[${index}]`)));
  return errors;
}

function validateAddress({ ip, hostname = '', nodeName }: EndpointAddress, field: string): FieldError[] {
  const errors = validateLegacyIp(ip, `${field}.ip`);
  if (hostname !== '') append(errors, invalidEach(`${field}.hostname`, hostname, dns1123LabelErrors(hostname)));
  if (nodeName !== undefined) {
    append(errors, invalidEach(`${field}.nodeName`, nodeName, dns1123SubdomainErrors(nodeName)));
  }
  return [...errors, ...validateEndpointIp(ip, `${field}.ip`)];
}

function validatePort(
  { name = '', port, protocol, appProtocol }: EndpointPort,
  named: boolean,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') {
    if (named) errors.push(required(`${field}.name`));
  } else append(errors, invalidEach(`${field}.name`, name, dns1123LabelErrors(name)));
  append(errors, invalidEach(`${field}.port`, port, portNumberErrors(port)));
  append(errors, validateEnum(protocol, ['SCTP', 'TCP', 'UDP'], `${field}.protocol`));
  if (appProtocol !== undefined) {
    append(errors, invalidEach(`${field}.appProtocol`, appProtocol, qualifiedNameErrors(appProtocol)));
  }
  return errors;
}

/** Addresses by port, as `10.0.0.1:80`; without the port where a subset has none. */
function addressesCell(subsets: readonly EndpointSubset[]): string {
  if (subsets.length === 0) return '<none>';
  const list = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) =>
          addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
        ),
  );
  return firstItems(list, 3, '');
}

export const endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  resource: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  definition: 'io.k8s.api.core.v1.Endpoints',
  storagePath: 'services/endpoints',
  deprecated: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',

  setDefaults(object) {
    for (const subset of object.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
  },
  validate,
  // Subsets that old versions took are taken again as long as they stay the same.
  validateUpdate: (object, old) => [
    ...validateObjectMeta(object.metadata, { namespaced: true }),
    ...(deepEqual(object.subsets, old.subsets) ? [] : validate(object)),
  ],
  allowCreateOnUpdate: true,

  printer: {
    columns: [NAME_COLUMN, column('Endpoints'), AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, addressesCell(object.subsets ?? []), age(object, now)],
  },
});
