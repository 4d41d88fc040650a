// A claim's spec as refusals quote it: with the names of upstream's internal types, every member of them set or not.
// Models kubernetes pkg/apis/resource/types.go.

import type { JsonValue } from '../../../lib/json.ts';
import type {
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceToleration,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from '../../types/resource-v1.ts';

export function quotedClaimSpec({ devices }: ResourceClaimSpec): JsonValue {
  return {
    Devices: {
      Requests: list(devices?.requests, quotedRequest),
      Constraints: list(devices?.constraints, quotedConstraint),
      Config: list(devices?.config, quotedConfig),
    },
  };
}

function list<T>(items: readonly T[] | null | undefined, quote: (item: T) => JsonValue): JsonValue {
  return (items ?? []).length === 0 ? null : (items ?? []).map(quote);
}

function quotedRequest({ name, exactly, firstAvailable }: DeviceRequest): JsonValue {
  return {
    Name: name,
    Exactly: exactly === undefined ? null : { ...quotedHead(exactly), ...quotedAdmin(exactly), ...quotedTail(exactly) },
    FirstAvailable: list(firstAvailable, (sub) => ({ Name: sub.name, ...quotedHead(sub), ...quotedTail(sub) })),
  };
}

type Specific = ExactDeviceRequest | DeviceSubRequest;

function quotedHead({ deviceClassName, selectors, allocationMode, count }: Specific): Record<string, JsonValue> {
  return {
    DeviceClassName: deviceClassName,
    Selectors: list(selectors, quotedSelector),
    AllocationMode: allocationMode ?? '',
    Count: count ?? 0,
  };
}

function quotedAdmin({ adminAccess }: ExactDeviceRequest): Record<string, JsonValue> {
  return { AdminAccess: adminAccess ?? null };
}

function quotedTail({ tolerations, capacity }: Specific): Record<string, JsonValue> {
  return {
    Tolerations: list(tolerations, quotedToleration),
    Capacity: capacity === undefined ? null : { Requests: capacity.requests ?? null },
  };
}

function quotedSelector({ cel }: DeviceSelector): JsonValue {
  return { CEL: cel === undefined ? null : { Expression: cel.expression } };
}

function quotedToleration({ key, operator, value, effect, tolerationSeconds }: DeviceToleration): JsonValue {
  return {
    Key: key ?? '',
    Operator: operator ?? '',
    Value: value ?? '',
    Effect: effect ?? '',
    TolerationSeconds: tolerationSeconds ?? null,
  };
}

function quotedConstraint({ requests, matchAttribute, distinctAttribute }: DeviceConstraint): JsonValue {
  return {
    Requests: list(requests, String),
    MatchAttribute: matchAttribute ?? null,
    DistinctAttribute: distinctAttribute ?? null,
  };
}

function quotedConfig({ requests, opaque }: DeviceClaimConfiguration): JsonValue {
  const parameters = opaque?.parameters as JsonValue | undefined;
  return {
    Requests: list(requests, String),
    Opaque: opaque === undefined ? null : { Driver: opaque.driver, Parameters: parameters ?? null },
  };
}
