// What a request for a certificate may be. Models kubernetes pkg/apis/certificates/validation.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, invalid, notSupported, required, tooLong } from '../../../schema/field-error.ts';
import { byteLength, goQuote } from '../../../schema/go-text.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../../schema/names.ts';
import type { CertificateSigningRequest } from '../../types/certificates-v1.ts';

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const FINAL = ['Approved', 'Denied', 'Failed'];
const STATUSES = ['True', 'False', 'Unknown'];
const MIN_SECONDS = 600;
const MAX_DOMAIN = 253;
const PEM = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n[A-Za-z0-9+/=\s]*-----END \1-----/;

/** Type of the first block of a PEM text in base64; undefined if there is none. */
function pemType(base64: string | undefined): string | undefined {
  try {
    return PEM.exec(atob(base64 ?? ''))?.[1];
  } catch {
    return undefined;
  }
}

/** `example.com/signer-name` */
export function validateSignerName(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const [domain = '', path, ...more] = name.split('/');
  if (path === undefined || more.length > 0) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalid(field, name, why)];
  }
  const errors: FieldError[] = [];
  const check = (whole: string, label: string, texts: readonly string[]): void => {
    for (const text of texts) errors.push(invalid(field, whole, `validating label ${goQuote(label)}: ${text}`));
  };
  if (byteLength(domain) > MAX_DOMAIN) errors.push(tooLong(field, MAX_DOMAIN));
  const labels = domain.split('.');
  for (const label of labels) check(domain, label, dns1123LabelErrors(label));
  if (labels.length < 2) {
    errors.push(invalid(field, domain, 'should be a domain with at least two segments separated by dots'));
  }
  for (const label of path.split('.')) check(path, label, dns1123SubdomainErrors(label));
  return errors;
}

export function validateRequestSpec({ spec }: CertificateSigningRequest): FieldError[] {
  const { request, usages = [], signerName = '', expirationSeconds: seconds } = (spec as typeof spec | undefined) ?? {};
  const errors: FieldError[] = [];
  if (pemType(request ?? undefined) !== 'CERTIFICATE REQUEST') {
    errors.push(invalid('spec.request', request ?? undefined, 'PEM block type must be CERTIFICATE REQUEST'));
  }
  if (usages.length === 0) errors.push(required('spec.usages'));
  usages.forEach((usage, index) => {
    if (!USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${index}]`, usage, USAGES));
    if (usages.indexOf(usage) < index) errors.push(duplicate(`spec.usages[${index}]`, usage));
  });
  if (signerName === 'kubernetes.io/legacy-unknown') {
    const why = 'the legacy signerName is not allowed via this API version';
    errors.push(invalid('spec.signerName', signerName, why));
  } else append(errors, validateSignerName(signerName, 'spec.signerName'));
  if (seconds !== undefined && seconds < MIN_SECONDS) {
    const why = `may not specify a duration less than ${MIN_SECONDS} seconds (10 minutes)`;
    errors.push(invalid('spec.expirationSeconds', seconds, why));
  }
  return errors;
}

export function validateRequestStatus(
  { status }: CertificateSigningRequest,
  old: CertificateSigningRequest,
): FieldError[] {
  const field = 'status.conditions';
  const errors: FieldError[] = [];
  const seen: string[] = [];
  (status?.conditions ?? []).forEach(({ type = '', status: value = '' }, index) => {
    const at = `${field}[${index}]`;
    if (type === '') errors.push(required(`${at}.type`));
    if (value === '') errors.push(required(`${at}.status`));
    else if (!STATUSES.includes(value)) errors.push(notSupported(`${at}.status`, value, STATUSES));
    else if (value !== 'True' && FINAL.includes(type)) errors.push(notSupported(`${at}.status`, value, ['True']));
    const opposite = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (opposite !== undefined && seen.includes(opposite)) {
      errors.push(invalid(field, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    if (seen.includes(type)) errors.push(duplicate(`${at}.type`, type));
    seen.push(type);
  });
  const certificate = status?.certificate;
  if (certificate !== undefined && !deepEqual(certificate, old.status?.certificate)) {
    if (pemType(certificate) !== 'CERTIFICATE') {
      const why = 'must contain at least one CERTIFICATE PEM block';
      errors.push(invalid('status.certificate', '<certificate data>', why));
    }
  }
  return errors;
}
