// NetworkPolicy. Models kubernetes pkg/registry/networking/networkpolicy and pkg/apis/networking/{v1,validation}.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { CIDR_TEXT, cidrContains, parseCidr } from '../../../schema/ip.ts';
import { formatLabelSelector } from '../../../schema/label-selector.ts';
import { portNameErrors, portNumberErrors } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../types/networking-v1.ts';
import { invalidEach, validateLabelSelector } from '../../validation/fields.ts';
import { cidrWarnings } from '../../validation/ip-warnings.ts';
import { validateLegacyCidr } from '../../validation/ip.ts';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const TYPES = ['Ingress', 'Egress'];

interface Rule {
  readonly ports: readonly NetworkPolicyPort[];
  readonly peers: readonly NetworkPolicyPeer[];
  readonly field: string;
  /** `from` or `to`. */
  readonly peersField: string;
}

/** The rules of both directions, in the order in which they are checked. */
function rulesOf({ spec = {} }: NetworkPolicy): Rule[] {
  return [
    ...(spec.ingress ?? []).map(({ ports = [], from = [] }, index) => {
      const field = `spec.ingress[${index}]`;
      return { ports, peers: from, field, peersField: `${field}.from` };
    }),
    ...(spec.egress ?? []).map(({ ports = [], to = [] }, index) => {
      const field = `spec.egress[${index}]`;
      return { ports, peers: to, field, peersField: `${field}.to` };
    }),
  ];
}

function setDefaults(object: NetworkPolicy): void {
  const spec = (object.spec ??= {});
  if ((spec.policyTypes ?? []).length === 0) {
    spec.policyTypes = (spec.egress ?? []).length === 0 ? ['Ingress'] : ['Ingress', 'Egress'];
  }
  for (const { ports } of rulesOf(object)) for (const port of ports) port.protocol ??= 'TCP';
}

function validatePort({ protocol, port, endPort }: NetworkPolicyPort, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    errors.push(notSupported(`${field}.protocol`, protocol, PROTOCOLS));
  }
  if (port === undefined) {
    if (endPort !== undefined) {
      errors.push(invalid(`${field}.endPort`, endPort, 'may not be specified when `port` is not specified'));
    }
  } else if (typeof port === 'string') {
    if (endPort !== undefined) {
      errors.push(invalid(`${field}.endPort`, endPort, 'may not be specified when `port` is non-numeric'));
    }
    append(errors, invalidEach(`${field}.port`, port, portNameErrors(port)));
  } else {
    append(errors, invalidEach(`${field}.port`, port, portNumberErrors(port)));
    if (endPort !== undefined) {
      // The value that is told is the port's.
      if (endPort < port) errors.push(invalid(`${field}.endPort`, port, 'must be greater than or equal to `port`'));
      append(errors, invalidEach(`${field}.endPort`, endPort, portNumberErrors(endPort)));
    }
  }
  return errors;
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, field: string): FieldError[] {
  const errors = [
    ...validateLabelSelector(podSelector, `${field}.podSelector`),
    ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`),
  ];
  if (ipBlock !== undefined) {
    append(errors, validateIpBlock(ipBlock, `${field}.ipBlock`));
    if (podSelector !== undefined || namespaceSelector !== undefined) {
      errors.push(forbidden(field, 'may not specify both ipBlock and another peer'));
    }
  } else if (podSelector === undefined && namespaceSelector === undefined) {
    errors.push(required(field, 'must specify a peer'));
  }
  return errors;
}

function validateIpBlock({ cidr = '', except = [] }: IPBlock, field: string): FieldError[] {
  if (cidr === '') return [required(`${field}.cidr`)];
  const errors = validateLegacyCidr(cidr, `${field}.cidr`);
  const whole = parseCidr(cidr);
  if (whole === undefined) return errors;
  except.forEach((range, index) => {
    const at = `${field}.except[${index}]`;
    const part = parseCidr(range);
    if (part === undefined) {
      errors.push(invalid(at, range, CIDR_TEXT));
      return;
    }
    append(errors, validateLegacyCidr(range, at));
    if (!cidrContains(whole, part.ip) || whole.prefix >= part.prefix) {
      errors.push(invalid(at, range, 'must be a strict subset of `cidr`'));
    }
  });
  return errors;
}

function validate(object: NetworkPolicy): FieldError[] {
  const { podSelector, policyTypes = [] } = object.spec ?? {};
  const errors = validateLabelSelector(podSelector, 'spec.podSelector');
  for (const { ports, peers, field, peersField } of rulesOf(object)) {
    ports.forEach((port, index) => append(errors, validatePort(port, `${field}.ports[${index}]`)));
    peers.forEach((peer, index) => append(errors, validatePeer(peer, `${peersField}[${index}]`)));
  }
  if (policyTypes.length > TYPES.length) {
    return [...errors, invalid('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes')];
  }
  policyTypes.forEach((type, index) => {
    if (!TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${index}]`, type, TYPES));
  });
  return errors;
}

function warnings(object: NetworkPolicy): string[] {
  return rulesOf(object).flatMap(({ peers, peersField }) =>
    peers.flatMap(({ ipBlock }, index) => {
      if (ipBlock === undefined) return [];
      const field = `${peersField}[${index}].ipBlock`;
      return [
        ...cidrWarnings(ipBlock.cidr, `${field}.cidr`),
        ...(ipBlock.except ?? []).flatMap((range, at) => cidrWarnings(range, `${field}.except[${at}]`)),
      ];
    }),
  );
}

export const networkPolicy = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  resource: 'networkpolicies',
  singular: 'networkpolicy',
  shortNames: ['netpol'],
  namespaced: true,
  definition: 'io.k8s.api.networking.v1.NetworkPolicy',

  setDefaults,
  validate,
  validateUpdate: validate,
  warnings,
  hasGeneration: true,

  printer: {
    columns: [NAME_COLUMN, column('Pod-Selector'), AGE_COLUMN],
    cells: (object, now) => [object.metadata.name, formatLabelSelector(object.spec?.podSelector), age(object, now)],
  },
});
