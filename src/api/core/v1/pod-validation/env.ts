// Environment variables of a container. Models kubernetes pkg/apis/core/validation (ValidateEnv, ValidateEnvFrom).

import { invalid, required } from '../../../../schema/field-error.ts';
import {
  configMapKeyErrors,
  dns1123LabelErrors,
  envVarNameErrors,
  dns1123SubdomainErrors,
} from '../../../../schema/names.ts';
import type { EnvFromSource, EnvVar, FileKeySelector } from '../../../types/core-v1.ts';
import { ENV_FIELDS, validateFieldRef, validateResourceFieldRef } from './downward.ts';
import { validateVolumePath } from './paths.ts';
import type { Scope } from './scope.ts';
import { addEach } from './scope.ts';

function validateKeyRef(ref: { name?: string; key?: string }, path: string, { errors }: Scope): void {
  const { name = '', key = '' } = ref;
  addEach(errors, `${path}.name`, name, dns1123SubdomainErrors(name));
  if (key === '') errors.push(required(`${path}.key`));
  else addEach(errors, `${path}.key`, key, configMapKeyErrors(key));
}

function validateFileKeyRef(ref: FileKeySelector, path: string, { errors }: Scope): void {
  const { key = '', volumeName = '', path: file = '' } = ref;
  if (key === '') errors.push(required(`${path}.key`));
  else addEach(errors, `${path}.key`, key, envVarNameErrors(key));
  if (volumeName === '') errors.push(required(`${path}.volumeName`));
  else addEach(errors, `${path}.volumeName`, volumeName, dns1123LabelErrors(volumeName));
  if (file === '') errors.push(required(`${path}.path`));
  else validateVolumePath(file, `${path}.path`, errors);
}

function validateValueFrom(variable: EnvVar, path: string, scope: Scope): void {
  const source = variable.valueFrom;
  if (source === undefined) return;
  const { errors } = scope;
  let count = 0;
  if (source.fieldRef !== undefined) {
    count++;
    validateFieldRef(source.fieldRef, ENV_FIELDS, `${path}.fieldRef`, errors);
  }
  if (source.resourceFieldRef !== undefined) {
    count++;
    validateResourceFieldRef(source.resourceFieldRef, false, `${path}.resourceFieldRef`, errors);
  }
  for (const key of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const ref = source[key];
    if (ref === undefined) continue;
    count++;
    validateKeyRef(ref, `${path}.${key}`, scope);
  }
  if (source.fileKeyRef !== undefined) {
    count++;
    validateFileKeyRef(source.fileKeyRef, `${path}.fileKeyRef`, scope);
  }
  if (count === 0) {
    const one =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(path, '', one));
  } else if (variable.value) errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (count > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
}

export function validateEnv(variables: readonly EnvVar[], path: string, scope: Scope): void {
  variables.forEach((variable, index) => {
    const name = variable.name ?? '';
    if (name === '') scope.errors.push(required(`${path}[${index}].name`));
    else {
      // There are many of them: those that are good cost no path.
      const texts = envVarNameErrors(name);
      if (texts.length > 0) addEach(scope.errors, `${path}[${index}].name`, name, texts);
    }
    if (variable.valueFrom !== undefined) validateValueFrom(variable, `${path}[${index}].valueFrom`, scope);
  });
}

export function validateEnvFrom(sources: readonly EnvFromSource[], path: string, { errors }: Scope): void {
  sources.forEach((source, index) => {
    if (source.prefix) addEach(errors, `${path}[${index}].prefix`, source.prefix, envVarNameErrors(source.prefix));
    let count = 0;
    for (const key of ['configMapRef', 'secretRef'] as const) {
      const ref = source[key];
      if (ref === undefined) continue;
      count++;
      const field = `${path}[${index}].${key}.name`;
      if (!ref.name) errors.push(required(field));
      // Upstream checks the name as a prefix, so that a trailing dash passes.
      else addEach(errors, field, ref.name, dns1123SubdomainErrors(ref.name.replace(/.-$/, 'a')));
    }
    if (count === 0) errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (count > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  });
}
