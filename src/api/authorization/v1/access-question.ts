// The questions of access reviews: their rules, and the selectors that an authorizer cannot make use of.
// Models kubernetes pkg/apis/authorization/validation and pkg/registry/authorization/util.

import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../../schema/field-error.ts';
import { parseFieldSelector } from '../../../schema/field-selector.ts';
import { labelKeyError } from '../../../schema/label-requirement.ts';
import { labelSelectorOf, parseLabelSelector } from '../../../schema/label-selector.ts';
import type { KubeObject } from '../../object.ts';
import type { AccessQuestion } from '../../review.ts';
import type { Status } from '../../status.ts';
import { invalidStatus } from '../../status.ts';
import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  SubjectAccessReviewStatus,
} from '../../types/authorization-v1.ts';

type Selector = FieldSelectorAttributes | LabelSelectorAttributes;
interface SelectorRequirement {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}

export function validateQuestion({ resourceAttributes, nonResourceAttributes }: AccessQuestion): FieldError[] {
  const errors: FieldError[] = [];
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const why = 'cannot be specified in combination with resourceAttributes';
    errors.push(invalid('spec.nonResourceAttributes', goForm(nonResourceAttributes), why));
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalid('spec.resourceAttributes', null, why));
  }
  return errors;
}

/** What is said of a resource's selectors; it comes after what is said of the subject. */
export function validateSelectors({ resourceAttributes }: AccessQuestion): FieldError[] {
  const path = 'spec.resourceAttributes';
  const { fieldSelector, labelSelector } = resourceAttributes ?? {};
  return [
    ...validateSelector(fieldSelector, `${path}.fieldSelector`, () => undefined),
    ...validateSelector(labelSelector, `${path}.labelSelector`, labelKeyError),
  ];
}

function validateSelector(
  selector: Selector | undefined,
  path: string,
  keyError: (field: string, key: string) => FieldError | undefined,
): FieldError[] {
  if (selector === undefined) return [];
  const errors: FieldError[] = [];
  const { rawSelector = '' } = selector;
  const requirements = (selector.requirements ?? []) as readonly SelectorRequirement[];
  if (rawSelector !== '' && requirements.length > 0) {
    errors.push(invalid(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements'));
  }
  if (rawSelector === '' && requirements.length === 0) {
    const why = `when ${path} is specified, requirements or rawSelector is required`;
    errors.push(required(`${path}.requirements`, why));
  }
  requirements.forEach(({ key = '', operator = '', values = [] }, index) => {
    const field = `${path}.requirements[${index}]`;
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
      errors.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
    if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
      errors.push(forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
    const wrong = keyError(`${field}.key`, key);
    if (wrong !== undefined) errors.push(wrong);
    else if (key === '') errors.push(required(`${field}.key`, 'must be specified'));
  });
  return errors;
}

/** The metadata of a review says nothing; of a local one, only the namespace. `why` ends the message. */
export function validateEmptyMeta({ metadata }: KubeObject, local: boolean): FieldError[] {
  const { managedFields: _, namespace, ...others } = metadata;
  const said = Object.keys(others).length > 0 || (!local && namespace !== undefined);
  if (!said) return [];
  return [invalid('metadata', metadata, local ? 'must be empty except for namespace' : 'must be empty')];
}

/** As the Go struct prints, whose members are named without regard to JSON. */
function goForm({ path = '', verb = '' }: { path?: string; verb?: string }): object {
  return { Path: path, Verb: verb };
}

/** Refusals of access reviews do not name the kind. */
export function invalidReview(errors: readonly FieldError[]): Status {
  return invalidStatus('authorization.k8s.io', '', '', errors);
}

/** The decision, with a note on selectors that could not be read and were left out of account. */
export function withSelectorNotes(
  status: SubjectAccessReviewStatus,
  question: AccessQuestion,
): SubjectAccessReviewStatus {
  const { fieldSelector, labelSelector } = question.resourceAttributes ?? {};
  const notes = [
    ...(status.evaluationError === undefined ? [] : [status.evaluationError]),
    ...noteOn('fieldSelector', fieldSelector, readableField, (raw) => parseFieldSelector(raw).ok),
    ...noteOn('labelSelector', labelSelector, readableLabel, (raw) => parseLabelSelector(raw).ok),
  ];
  return notes.length === 0 ? status : { ...status, evaluationError: notes.join('; ') };
}

function noteOn(
  name: string,
  selector: Selector | undefined,
  readable: (requirement: SelectorRequirement) => boolean,
  readableRaw: (raw: string) => boolean,
): string[] {
  if (selector === undefined) return [];
  const { rawSelector = '' } = selector;
  const requirements = (selector.requirements ?? []) as readonly SelectorRequirement[];
  const read = rawSelector === '' ? requirements.filter(readable).length : 0;
  const whole = rawSelector === '' ? read === requirements.length : readableRaw(rawSelector);
  if (whole) return [];
  return [`spec.resourceAttributes.${name} ${read > 0 ? 'partially ' : ''}ignored due to parse error`];
}

/** Fields are compared with one value. */
function readableField({ operator, values = [] }: SelectorRequirement): boolean {
  return (operator === 'In' || operator === 'NotIn') && values.length === 1;
}

function readableLabel({ key = '', operator = '', values = [] }: SelectorRequirement): boolean {
  return labelSelectorOf({ matchExpressions: [{ key, operator, values: [...values] }] }).ok;
}
