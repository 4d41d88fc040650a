// PriorityLevelConfiguration. Models kubernetes pkg/registry/flowcontrol/prioritylevelconfiguration,
// pkg/apis/flowcontrol/{v1,validation} and the printer. It is stored and checked; how requests wait is decided elsewhere.

import { append } from '../../../lib/append.ts';
import { deepEqual } from '../../../lib/json.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { rangeText } from '../../../schema/names.ts';
import { defineKind } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type {
  LimitResponse,
  LimitedPriorityLevelConfiguration as Limited,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec as Spec,
  QueuingConfiguration,
} from '../../types/flowcontrol-v1.ts';
import { conditionRules, validateConditions } from './conditions.ts';

const TYPES = ['Exempt', 'Limited'];
const RESPONSES = ['Queue', 'Reject'];
const MAX_QUEUES = 10_000_000;
/** A flow's hand of queues is dealt from one hash of so many bits. */
const MAX_HASH_BITS = 60;
const CATCH_ALL: Spec = {
  type: 'Limited',
  limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
};

function setDefaults(object: PriorityLevelConfiguration): void {
  const spec = (object.spec ??= {} as Spec);
  if (spec.exempt !== undefined) {
    spec.exempt.nominalConcurrencyShares ??= 0;
    spec.exempt.lendablePercent ??= 0;
  }
  if (spec.limited === undefined) return;
  spec.limited.nominalConcurrencyShares ??= 30;
  spec.limited.lendablePercent ??= 0;
  const queuing = spec.limited.limitResponse?.queuing;
  if (queuing === undefined) return;
  queuing.queues ||= 64;
  queuing.handSize ||= 8;
  queuing.queueLengthLimit ||= 50;
}

function validateQueuing(queuing: QueuingConfiguration, field: string): FieldError[] {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  const errors: FieldError[] = [];
  const positive = (key: string, value: number): void => {
    if (value <= 0) errors.push(invalid(`${field}.${key}`, value, 'must be positive'));
  };
  positive('queueLengthLimit', queueLengthLimit);
  positive('queues', queues);
  if (queues > MAX_QUEUES) errors.push(invalid(`${field}.queues`, queues, `must not be greater than ${MAX_QUEUES}`));
  positive('handSize', handSize);
  if (handSize <= 0) return errors;
  if (handSize > queues) {
    errors.push(invalid(`${field}.handSize`, handSize, `should not be greater than queues (${queues})`));
  } else if (Math.ceil(Math.log2(queues) * handSize) > MAX_HASH_BITS) {
    const why = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_HASH_BITS}`;
    errors.push(invalid(`${field}.handSize`, handSize, why));
  }
  return errors;
}

function validateResponse(response: LimitResponse | undefined, field: string): FieldError[] {
  const { type = '', queuing } = response ?? {};
  const at = `${field}.queuing`;
  switch (type) {
    case 'Reject':
      return queuing === undefined ? [] : [forbidden(at, 'must be nil if limited.limitResponse.type is not Limited')];
    case 'Queue':
      return queuing === undefined
        ? [required(at, 'must not be empty if limited.limitResponse.type is Limited')]
        : validateQueuing(queuing, at);
    default:
      return [notSupported(`${field}.type`, type, RESPONSES)];
  }
}

/** Shares and what of them may be lent, of both types. */
function validateShares(shares: number | undefined, lendable: number | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if ((shares ?? 0) < 0) {
    errors.push(invalid(`${field}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'));
  }
  if (lendable !== undefined && (lendable < 0 || lendable > 100)) {
    errors.push(invalid(`${field}.lendablePercent`, lendable, rangeText(0, 100)));
  }
  return errors;
}

function validateLimited(limited: Limited, field: string): FieldError[] {
  const { nominalConcurrencyShares: shares, lendablePercent, borrowingLimitPercent: borrowed } = limited;
  const errors = [
    ...validateResponse(limited.limitResponse, `${field}.limitResponse`),
    ...validateShares(shares, lendablePercent, field),
  ];
  if (borrowed !== undefined && borrowed < 0) {
    const why = 'if specified, must be a non-negative integer';
    errors.push(invalid(`${field}.borrowingLimitPercent`, borrowed, why));
  }
  return errors;
}

/** With the names of upstream's internal type. */
function internalSpec({ type = '', limited, exempt }: Partial<Spec>): unknown {
  const queuing = limited?.limitResponse?.queuing;
  return {
    Type: type,
    Limited:
      limited === undefined
        ? null
        : {
            NominalConcurrencyShares: limited.nominalConcurrencyShares ?? 0,
            LimitResponse: {
              Type: limited.limitResponse?.type ?? '',
              Queuing:
                queuing === undefined
                  ? null
                  : {
                      Queues: queuing.queues,
                      HandSize: queuing.handSize,
                      QueueLengthLimit: queuing.queueLengthLimit,
                    },
            },
            LendablePercent: limited.lendablePercent ?? null,
            BorrowingLimitPercent: limited.borrowingLimitPercent ?? null,
          },
    Exempt:
      exempt === undefined
        ? null
        : {
            NominalConcurrencyShares: exempt.nominalConcurrencyShares ?? null,
            LendablePercent: exempt.lendablePercent ?? null,
          },
  };
}

function validate({ metadata: { name }, spec: given, status }: PriorityLevelConfiguration): FieldError[] {
  const spec: Partial<Spec> = given ?? {};
  const { type = '', limited, exempt } = spec;
  const errors: FieldError[] = [];
  if ((name === 'exempt') !== (type === 'Exempt')) {
    errors.push(invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  }
  if (type === 'Exempt') {
    if (limited !== undefined) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
    if (exempt !== undefined) {
      append(errors, validateShares(exempt.nominalConcurrencyShares, exempt.lendablePercent, 'spec.exempt'));
    }
  } else if (type === 'Limited') {
    if (exempt !== undefined) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
    if (limited === undefined) errors.push(required('spec.limited', 'must not be empty when type is Limited'));
    else append(errors, validateLimited(limited, 'spec.limited'));
  } else errors.push(notSupported('spec.type', type, TYPES));
  if (name === 'exempt' && !(type === 'Exempt' && limited === undefined)) {
    const why = "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value";
    errors.push(invalid('spec', internalSpec(spec), why));
  }
  if (name === 'catch-all' && !deepEqual(spec, CATCH_ALL)) {
    errors.push(invalid('spec', internalSpec(spec), "spec of 'catch-all' must equal the fixed value"));
  }
  return [...errors, ...validateConditions(status?.conditions)];
}

export const priorityLevelConfiguration = defineKind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  resource: 'prioritylevelconfigurations',
  singular: 'prioritylevelconfiguration',
  namespaced: false,
  definition: 'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration',

  setDefaults,
  validate,
  validateUpdate: validate,
  ...conditionRules,

  printer: {
    columns: [
      NAME_COLUMN,
      column('Type'),
      column('NominalConcurrencyShares'),
      column('Queues'),
      column('HandSize'),
      column('QueueLengthLimit'),
      AGE_COLUMN,
    ],
    cells: (object, now) => {
      const limited = object.spec?.limited;
      const queuing = limited?.limitResponse?.queuing;
      return [
        object.metadata.name,
        object.spec?.type ?? '',
        limited?.nominalConcurrencyShares ?? '<none>',
        queuing?.queues ?? '<none>',
        queuing?.handSize ?? '<none>',
        queuing?.queueLengthLimit ?? '<none>',
        age(object, now),
      ];
    },
  },
});
