// How a pod is named and what names it can resolve. Models kubernetes pkg/apis/core/validation (validatePodDNSConfig, …).

import type { FieldError } from '../../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, required } from '../../../../schema/field-error.ts';
import { IP_TEXT, parseIp } from '../../../../schema/ip.ts';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  dns1123SubdomainWithUnderscoreErrors,
} from '../../../../schema/names.ts';
import type { Container, PodDNSConfig } from '../../../types/core-v1.ts';
import type { Scope } from './scope.ts';
import { addEach } from './scope.ts';

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARS = 2048;
const MAX_HOSTNAME = 64;

export function validateIp(text: string, field: string, errors: FieldError[]): void {
  if (parseIp(text) === undefined) errors.push(invalid(field, text, IP_TEXT));
}

function validateDnsConfig(config: PodDNSConfig, path: string, errors: FieldError[]): void {
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > MAX_NAMESERVERS) {
    errors.push(invalid(`${path}.nameservers`, nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`));
  }
  nameservers.forEach((server, index) => validateIp(server, `${path}.nameservers[${index}]`, errors));
  if (searches.length > MAX_SEARCHES) {
    errors.push(invalid(`${path}.searches`, searches, `must not have more than ${MAX_SEARCHES} search paths`));
  }
  if (searches.join(' ').length > MAX_SEARCH_CHARS) {
    const why = `must not have more than ${MAX_SEARCH_CHARS} characters (including spaces) in the search list`;
    errors.push(invalid(`${path}.searches`, searches, why));
  }
  searches.forEach((search, index) => {
    if (search === '.') return;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    addEach(errors, `${path}.searches[${index}]`, name, dns1123SubdomainWithUnderscoreErrors(name));
  });
  options.forEach((option, index) => {
    if (!option.name) errors.push(required(`${path}.options[${index}]`, 'must not be empty'));
  });
}

export function validateDns(path: string, { spec, errors }: Scope): void {
  const config = spec.dnsConfig;
  const field = `${path}.dnsConfig`;
  if (spec.dnsPolicy === 'None') {
    if (config === undefined) {
      errors.push(required(field, 'must provide `dnsConfig` when `dnsPolicy` is None'));
      return;
    }
    if (!config.nameservers?.length) {
      const why = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      errors.push(required(`${field}.nameservers`, why));
      return;
    }
  }
  if (config !== undefined) validateDnsConfig(config, field, errors);
}

export function validateHostnames(path: string, { spec, errors }: Scope): void {
  if (spec.hostname) addEach(errors, `${path}.hostname`, spec.hostname, dns1123LabelErrors(spec.hostname));
  if (spec.subdomain) addEach(errors, `${path}.subdomain`, spec.subdomain, dns1123LabelErrors(spec.subdomain));
}

export function validateHostnameOverride(path: string, { spec, errors }: Scope): void {
  const name = spec.hostnameOverride;
  if (name === undefined) return;
  const field = `${path}.hostnameOverride`;
  addEach(errors, field, name, dns1123SubdomainErrors(name));
  if (name.length > MAX_HOSTNAME) errors.push(invalid(field, name, `must be no more than ${MAX_HOSTNAME} characters`));
  if (spec.hostNetwork === true) errors.push(forbidden(field, 'may not be specified when hostNetwork is true'));
  if (spec.setHostnameAsFQDN === true)
    errors.push(forbidden(field, 'may not be specified when setHostnameAsFQDN is true'));
}

export function validateHostAliases(path: string, { spec, errors }: Scope): void {
  (spec.hostAliases ?? []).forEach((alias, index) => {
    validateIp(alias.ip ?? '', `${path}[${index}].ip`, errors);
    (alias.hostnames ?? []).forEach((name, nameIndex) => {
      addEach(errors, `${path}[${index}].hostnames[${nameIndex}]`, name, dns1123SubdomainErrors(name));
    });
  });
}

/** On the host's network a container's port is the host's. A template may still leave the host's port out. */
export function validateHostNetworkPorts(path: string, { spec, isPod, errors }: Scope): void {
  if (spec.hostNetwork !== true) return;
  (spec.containers ?? []).forEach((container, index) => {
    (container.ports ?? []).forEach((port, portIndex) => {
      const host = port.hostPort ?? 0;
      if ((!isPod && host === 0) || host === (port.containerPort ?? 0)) return;
      const field = `${path}.containers[${index}].ports[${portIndex}].hostPort`;
      errors.push(invalid(field, host, 'must match `containerPort` when `hostNetwork` is true'));
    });
  });
}

/** No two containers that run at once may have the same port of the node. `first` is the index of the first container. */
export function validateHostPortsUnique(
  containers: readonly Container[],
  path: string,
  first: number,
  errors: FieldError[],
): void {
  const taken = new Set<string>();
  containers.forEach((container, index) => {
    (container.ports ?? []).forEach((port, portIndex) => {
      if (!port.hostPort) return;
      const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(key)) errors.push(duplicate(`${path}[${first + index}].ports[${portIndex}].hostPort`, key));
      taken.add(key);
    });
  });
}
