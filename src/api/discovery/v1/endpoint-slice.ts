// EndpointSlice. Models kubernetes pkg/registry/discovery/endpointslice and pkg/apis/discovery/validation.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required, tooMany } from '../../../schema/field-error.ts';
import { parseIp } from '../../../schema/ip.ts';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column, firstItems } from '../../printing.ts';
import type { Endpoint, EndpointHints, EndpointPort, EndpointSlice } from '../../types/discovery-v1.ts';
import { invalidEach, validateEnum, validateImmutable } from '../../validation/fields.ts';
import { validateEndpointIp, validateIp } from '../../validation/ip.ts';
import { validateObjectMeta } from '../../validation/object-meta.ts';

const TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_HINTS = 8;

/** Upstream stores an empty list as none, and serves null for it. */
function dropEmptyLists(object: EndpointSlice): void {
  const lists = object as { endpoints?: unknown[] | null; ports?: unknown[] | null };
  if ((lists.endpoints ?? []).length === 0) lists.endpoints = null;
  if ((lists.ports ?? []).length === 0) lists.ports = null;
}

function setDefaults(object: EndpointSlice): void {
  dropEmptyLists(object);
  for (const endpoint of object.endpoints ?? []) endpoint.conditions ??= {};
  for (const port of object.ports ?? []) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}

function validate(object: EndpointSlice): FieldError[] {
  const { addressType = '', endpoints, ports } = object as Partial<EndpointSlice>;
  const errors: FieldError[] = [];
  if (addressType === '') errors.push(required('addressType'));
  else if (!TYPES.includes(addressType)) errors.push(notSupported('addressType', addressType, TYPES));
  return [...errors, ...validateEndpoints(endpoints ?? [], addressType), ...validatePorts(ports ?? [])];
}

function validateEndpoints(endpoints: readonly Endpoint[], addressType: string): FieldError[] {
  if (endpoints.length > MAX_ENDPOINTS) return [tooMany('endpoints', endpoints.length, MAX_ENDPOINTS)];
  return endpoints.flatMap((endpoint, index) => validateEndpoint(endpoint, addressType, `endpoints[${index}]`));
}

function validateEndpoint(endpoint: Endpoint, addressType: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const addresses = (endpoint.addresses as string[] | undefined) ?? [];
  if (addresses.length === 0) errors.push(required(`${field}.addresses`, 'must contain at least 1 address'));
  if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(`${field}.addresses`, addresses.length, MAX_ADDRESSES));
  addresses.forEach((address, index) => {
    append(errors, validateAddress(address, addressType, `${field}.addresses`, index));
  });
  const { nodeName, hostname, hints } = endpoint;
  if (nodeName !== undefined) {
    append(errors, invalidEach(`${field}.nodeName`, nodeName, dns1123SubdomainErrors(nodeName)));
  }
  if (hostname !== undefined) {
    append(errors, invalidEach(`${field}.hostname`, hostname, dns1123LabelErrors(hostname)));
  }
  return hints === undefined ? errors : [...errors, ...validateHints(hints, `${field}.hints`)];
}

function validateAddress(address: string, addressType: string, list: string, index: number): FieldError[] {
  const field = `${list}[${index}]`;
  if (addressType === 'FQDN') return validateDomain(address, field);
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return [];
  const errors = validateIp(address, field);
  if (errors.length > 0) return errors;
  if (parseIp(address)?.family !== (addressType === 'IPv4' ? 4 : 6)) {
    return [invalid(list, address, `must be an ${addressType} address`)];
  }
  return validateEndpointIp(address, field);
}

/** A domain name; a trailing dot says that it is complete. */
function validateDomain(value: string, field: string): FieldError[] {
  if (value === '') return [required(field)];
  const name = value.replace(/\.$/, '');
  const texts = dns1123SubdomainErrors(name);
  if (texts.length > 0) return [invalid(field, name, texts.join(','))];
  const labels = name.split('.');
  if (labels.length < 2)
    return [invalid(field, name, 'should be a domain with at least two segments separated by dots')];
  return labels.flatMap((label) => invalidEach(field, label, dns1123LabelErrors(label)));
}

function validateHints(hints: EndpointHints, field: string): FieldError[] {
  return [
    ...validateHintNames(hints.forZones ?? [], labelValueErrors, `${field}.forZones`),
    ...validateHintNames(hints.forNodes ?? [], dns1123SubdomainErrors, `${field}.forNodes`),
  ];
}

function validateHintNames(
  list: ReadonlyArray<{ readonly name: string }>,
  nameErrors: (name: string) => string[],
  field: string,
): FieldError[] {
  if (list.length > MAX_HINTS) return [tooMany(field, list.length, MAX_HINTS)];
  const seen = new Set<string>();
  return list.flatMap(({ name }, index) => {
    const at = `${field}[${index}].name`;
    if (seen.has(name)) return [duplicate(at, name)];
    seen.add(name);
    return invalidEach(at, name, nameErrors(name));
  });
}

function validatePorts(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > MAX_PORTS) return [tooMany('ports', ports.length, MAX_PORTS)];
  const names = new Set<string>();
  return ports.flatMap(({ name = '', protocol, appProtocol }, index) => {
    const field = `ports[${index}]`;
    const errors = name === '' ? [] : invalidEach(`${field}.name`, name, dns1123LabelErrors(name));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
    append(errors, validateEnum(protocol, PROTOCOLS, `${field}.protocol`));
    if (appProtocol !== undefined) {
      append(errors, invalidEach(`${field}.appProtocol`, appProtocol, qualifiedNameErrors(appProtocol)));
    }
    return errors;
  });
}

function portsCell(ports: readonly EndpointPort[]): string {
  return firstItems(
    ports.map(({ name, port }) => (port === undefined || port === null ? name || '*' : String(port))),
    3,
    '<unset>',
  );
}

/** generation counts changes of labels and of everything outside of the metadata. */
function isSame(object: EndpointSlice, old: EndpointSlice): boolean {
  return (
    object.addressType === old.addressType &&
    deepEqual(object.endpoints ?? [], old.endpoints ?? []) &&
    deepEqual(object.ports ?? [], old.ports ?? []) &&
    deepEqual(object.metadata.labels ?? {}, old.metadata.labels ?? {})
  );
}

/** deprecatedTopology is of v1beta1: v1 neither takes nor serves it. */
function dropTopology(object: EndpointSlice): void {
  for (const endpoint of object.endpoints ?? []) delete endpoint.deprecatedTopology;
}

export const endpointSlice = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  resource: 'endpointslices',
  singular: 'endpointslice',
  namespaced: true,
  definition: 'io.k8s.api.discovery.v1.EndpointSlice',

  setDefaults,
  prepareForCreate: dropTopology,
  prepareForUpdate(object, old) {
    dropTopology(object);
    if (!isSame(object, old)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validate,
  validateUpdate(object, old) {
    const immutable = validateImmutable(object.addressType, old.addressType, 'addressType');
    // Addresses cannot fit the new type anyway.
    if (immutable.length > 0) return immutable;
    return [...validateObjectMeta(object.metadata, { namespaced: true }), ...validate(object)];
  },
  warnings: (object) => (object.addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
  hasGeneration: true,

  printer: {
    columns: [NAME_COLUMN, column('AddressType'), column('Ports'), column('Endpoints'), AGE_COLUMN],
    cells: (object, now) => [
      object.metadata.name,
      object.addressType,
      portsCell(object.ports ?? []),
      firstItems(
        (object.endpoints ?? []).flatMap(({ addresses }) => addresses),
        3,
        '<unset>',
      ),
      age(object, now),
    ],
  },
});
