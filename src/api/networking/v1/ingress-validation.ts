// What an Ingress may be. Models kubernetes pkg/apis/networking/validation.

import { append } from '../../../lib/append.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import { parseIp } from '../../../schema/ip.ts';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  portNameErrors,
  portNumberErrors,
  wildcardSubdomainErrors,
} from '../../../schema/names.ts';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressSpec } from '../../types/networking-v1.ts';
import { invalidEach } from '../../validation/fields.ts';
import { validateLegacyIp } from '../../validation/ip.ts';
import { validateObjectReference } from './references.ts';

export const INGRESS_CLASS = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_ENDS = ['/..', '/.'];
const NOT_AN_ADDRESS = 'must be a DNS name, not an IP address';

function validateBackend({ resource, service }: IngressBackend, field: string): FieldError[] {
  if (resource !== undefined && service !== undefined) {
    return [invalid(field, '', 'cannot set both resource and service backends')];
  }
  if (resource !== undefined) return validateObjectReference(resource, `${field}.resource`);
  if (service === undefined) return [invalid(field, '', 'resource or service backend is required')];
  const at = `${field}.service`;
  const { name = '', port = {} } = service as Partial<typeof service>;
  const errors = name === '' ? [required(`${at}.name`)] : invalidEach(`${at}.name`, name, dns1123LabelErrors(name));
  if (port.name && port.number) errors.push(invalid(field, '', 'cannot set both port name & port number'));
  else if (port.name) append(errors, invalidEach(`${at}.port.name`, port.name, portNameErrors(port.name)));
  else if (port.number) append(errors, invalidEach(`${at}.port.number`, port.number, portNumberErrors(port.number)));
  else errors.push(required(field, 'port name or number is required'));
  return errors;
}

function validatePath({ path = '', pathType, backend }: HTTPIngressPath, field: string): FieldError[] {
  // Served as null where it is missing.
  if (((pathType as string | null | undefined) ?? undefined) === undefined) {
    return [required(`${field}.pathType`, 'pathType must be specified')];
  }
  const at = `${field}.path`;
  const errors: FieldError[] = [];
  const absolute = path.startsWith('/');
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!absolute) errors.push(invalid(at, path, 'must be an absolute path'));
    for (const part of BAD_PARTS) {
      if (path.includes(part)) errors.push(invalid(at, path, `must not contain '${part}'`));
    }
    for (const end of BAD_ENDS) {
      if (path.endsWith(end)) errors.push(invalid(at, path, `cannot end with '${end}'`));
    }
  } else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !absolute) errors.push(invalid(at, path, 'must be an absolute path'));
  } else errors.push(notSupported(`${field}.pathType`, pathType, PATH_TYPES));
  return [...errors, ...validateBackend(backend ?? {}, `${field}.backend`)];
}

/** A name, of which the first part may be `*`. */
function validateHost(host: string, field: string): FieldError[] {
  const texts = host.includes('*') ? wildcardSubdomainErrors(host) : dns1123SubdomainErrors(host);
  return invalidEach(field, host, texts);
}

export function validateIngressSpec(spec: IngressSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && defaultBackend === undefined) {
    errors.push(invalid('spec', spec.rules, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend !== undefined) append(errors, validateBackend(defaultBackend, 'spec.defaultBackend'));
  rules.forEach(({ host = '', http }, index) => {
    const field = `spec.rules[${index}]`;
    if (host !== '') {
      if (parseIp(host) !== undefined) errors.push(invalid(`${field}.host`, host, NOT_AN_ADDRESS));
      append(errors, validateHost(host, `${field}.host`));
    }
    if (http === undefined) return;
    // Served as null where it is missing.
    const paths = (http.paths as HTTPIngressPath[] | null | undefined) ?? [];
    if (paths.length === 0) errors.push(required(`${field}.http.paths`));
    paths.forEach((path, at) => append(errors, validatePath(path, `${field}.http.paths[${at}]`)));
  });
  tls.forEach(({ hosts = [], secretName }, index) => {
    const field = `spec.tls[${index}]`;
    hosts.forEach((host, at) => append(errors, validateHost(host, `${field}.hosts[${at}]`)));
    if (secretName) append(errors, invalidEach(`${field}.secretName`, secretName, dns1123SubdomainErrors(secretName)));
  });
  if (ingressClassName !== undefined) {
    append(errors, invalidEach('spec.ingressClassName', ingressClassName, dns1123SubdomainErrors(ingressClassName)));
  }
  return errors;
}

export function validateIngress({ metadata, spec = {} }: Ingress): FieldError[] {
  const errors = validateIngressSpec(spec);
  const annotation = metadata.annotations?.[INGRESS_CLASS];
  if (annotation !== undefined && spec.ingressClassName !== undefined && annotation !== spec.ingressClassName) {
    const why = 'must match `ingressClassName` when both are specified';
    errors.push(invalid(`annotations.${INGRESS_CLASS}`, annotation, why));
  }
  return errors;
}

export function validateIngressStatus({ status }: Ingress): FieldError[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip = '', hostname = '' }, index) => {
    const field = `status.loadBalancer.ingress[${index}]`;
    const errors = ip === '' ? [] : validateLegacyIp(ip, `${field}.ip`);
    if (hostname === '') return errors;
    append(errors, invalidEach(`${field}.hostname`, hostname, dns1123SubdomainErrors(hostname)));
    if (parseIp(hostname) !== undefined) errors.push(invalid(`${field}.hostname`, hostname, NOT_AN_ADDRESS));
    return errors;
  });
}
