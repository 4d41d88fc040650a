// Projected volumes: several sources in one directory. Models kubernetes pkg/apis/core/validation (validateProjectionSources).

import { append } from '../../../../lib/append.ts';
import type { FieldError } from '../../../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../../../schema/field-error.ts';
import type { ProjectedVolumeSource, VolumeProjection } from '../../../types/core-v1.ts';
import { validateLabelSelector } from '../../../validation/fields.ts';
import { validateDownwardFile } from './downward.ts';
import { validateFileMode, validateVolumePath } from './paths.ts';
import { validateItems } from './volume-sources.ts';

const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;
const CONFLICT = 'conflicting duplicate paths';

interface Projection {
  /** The path of the volume; some errors are told there. */
  readonly path: string;
  readonly errors: FieldError[];
  readonly files: Set<string>;
}

function claimFile(file: string | undefined, value: string, { path, errors, files }: Projection): void {
  if (!file) return;
  if (files.has(file)) errors.push(invalid(path, value, CONFLICT));
  files.add(file);
}

function validateToken(
  token: NonNullable<VolumeProjection['serviceAccountToken']>,
  at: string,
  projection: Projection,
): void {
  const { path, errors } = projection;
  const seconds = token.expirationSeconds ?? 0;
  const field = `${at}.expirationSeconds`;
  if (seconds < MIN_TOKEN_SECONDS)
    errors.push(invalid(field, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_TOKEN_SECONDS)
    errors.push(invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (!token.path) errors.push(required(`${path}.path`));
  else validateVolumePath(token.path, `${path}.path`, errors);
}

function validateTrustBundle(
  bundle: NonNullable<VolumeProjection['clusterTrustBundle']>,
  at: string,
  projection: Projection,
): void {
  const { errors } = projection;
  const { name, signerName, labelSelector, path: file = '' } = bundle;
  if (name !== undefined && signerName !== undefined) {
    errors.push(invalid(at, bundle, 'only one of name and signerName may be used'));
  } else if (name !== undefined) {
    if (name === '') errors.push(required(`${at}.name`, 'must be a valid object name'));
    if (labelSelector !== undefined) {
      errors.push(invalid(`${at}.labelSelector`, labelSelector, 'labelSelector must be unset if name is specified'));
    }
  } else if (signerName !== undefined) {
    if (signerName === '') errors.push(required(`${at}.signerName`, 'must be a valid signer name'));
    append(errors, validateLabelSelector(labelSelector, `${at}.labelSelector`));
  } else errors.push(required(at, 'either name or signerName must be specified'));
  if (file === '') errors.push(required(`${at}.path`));
  validateVolumePath(file, `${at}.path`, errors);
  claimFile(file, file, projection);
}

function validateSource(source: VolumeProjection, at: string, projection: Projection): void {
  const { errors } = projection;
  let count = 0;
  for (const key of ['secret', 'configMap'] as const) {
    const part = source[key];
    if (part === undefined) continue;
    count++;
    if (!part.name) errors.push(required(`${at}.${key}.name`));
    validateItems(part.items, `${at}.${key}.items`, errors);
    for (const item of part.items ?? []) claimFile(item.path, part.name ?? '', projection);
  }
  if (source.downwardAPI !== undefined) {
    count++;
    for (const file of source.downwardAPI.items ?? []) {
      validateDownwardFile(file, `${at}.downwardAPI`, errors);
      claimFile(file.path, file.path, projection);
    }
  }
  if (source.serviceAccountToken !== undefined) {
    count++;
    validateToken(source.serviceAccountToken, `${at}.serviceAccountToken`, projection);
  }
  if (source.clusterTrustBundle !== undefined) {
    count++;
    validateTrustBundle(source.clusterTrustBundle, `${at}.clusterTrustBundle`, projection);
  }
  if (source.podCertificate !== undefined) count++;
  if (count > 1) errors.push(forbidden(at, 'may not specify more than 1 volume type per source'));
}

export function validateProjected(source: ProjectedVolumeSource, path: string, errors: FieldError[]): void {
  validateFileMode(source.defaultMode, `${path}.defaultMode`, errors);
  const projection: Projection = { path, errors, files: new Set() };
  (source.sources ?? []).forEach((item, index) => validateSource(item, `${path}.sources[${index}]`, projection));
}
