// pods/log, exec, attach, portforward and proxy: which container on which node is meant.
// Models kubernetes pkg/registry/core/pod/strategy.go (LogLocation, ExecLocation, …) and
// pkg/apis/core/validation (ValidatePodLogOptions).

import { canonicalTime, timeError } from '../../../schema/decode/scalars.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid } from '../../../schema/field-error.ts';
import { goQuote } from '../../../schema/go-text.ts';
import { isProxyable } from '../../../schema/ip.ts';
import type { ConnectPort, ConnectTarget, Connector, Location, QueryValues } from '../../connect.ts';
import { PROXY_METHODS, splitSchemeNamePort, STREAM_METHODS } from '../../connect.ts';
import type { Result } from '../../status.ts';
import { badRequest, fail, invalidStatus, notFoundStatus, ok } from '../../status.ts';
import type { Pod } from '../../types/core-v1.ts';
import { kubeletOf } from './node-connect.ts';

const PODS = { group: '', resource: 'pods' };
const INT64_MAX = 9_223_372_036_854_775_807n;

function podOf({ namespace, name }: ConnectTarget, port: ConnectPort): Result<Pod> {
  const pod = port.get('pods', namespace, name);
  return pod === undefined ? fail(notFoundStatus(PODS, name)) : ok(pod);
}

/** Of all kinds, in the order in which upstream visits them. */
function containerNames({ spec }: Pod): string[] {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
  return all.map(({ name }) => name);
}

function containerOf(pod: Pod, asked: string): Result<string> {
  const { name } = pod.metadata;
  const names = containerNames(pod);
  if (asked !== '') {
    return names.includes(asked) ? ok(asked) : fail(badRequest(`container ${asked} is not valid for pod ${name}`));
  }
  const [first, ...others] = pod.spec?.containers ?? [];
  if (first !== undefined && others.length === 0) return ok(first.name);
  const choices = first === undefined ? '' : `, choose one of: [${names.join(' ')}]`;
  return fail(badRequest(`a container name must be specified for pod ${name}${choices}`));
}

/** To a path of the kubelet of the pod's node. */
function atKubelet(pod: Pod, path: string, query: string, port: ConnectPort): Result<Location> {
  const node = pod.spec?.nodeName ?? '';
  if (node === '') return fail(badRequest(`pod ${pod.metadata.name} does not have a host assigned`));
  const kubelet = kubeletOf(node, port);
  return kubelet.ok ? ok({ ...kubelet.value, path, query }) : kubelet;
}

interface LogOptions {
  readonly integers: Readonly<Partial<Record<'limitBytes' | 'sinceSeconds' | 'tailLines', bigint>>>;
  readonly sinceTime: string;
}

function parseInteger(text: string): Result<bigint> {
  const wrong = (why: string) => fail(badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: ${why}`));
  if (!/^[+-]?[0-9]+$/.test(text)) return wrong('invalid syntax');
  const value = BigInt(text);
  return value > INT64_MAX || value < -INT64_MAX - 1n ? wrong('value out of range') : ok(value);
}

function logOptions(query: QueryValues): Result<LogOptions> {
  const integers: Partial<Record<'limitBytes' | 'sinceSeconds' | 'tailLines', bigint>> = {};
  for (const name of ['limitBytes', 'sinceSeconds', 'tailLines'] as const) {
    if (!query.has(name)) continue;
    const parsed = parseInteger(query.get(name));
    if (!parsed.ok) return parsed;
    integers[name] = parsed.value;
  }
  const sinceTime = query.get('sinceTime');
  if (sinceTime !== '' && canonicalTime(sinceTime, false) === undefined) {
    return fail(badRequest(timeError(sinceTime, false)));
  }
  return ok({ integers, sinceTime });
}

function validateLogOptions({ integers, sinceTime }: LogOptions): FieldError[] {
  const errors: FieldError[] = [];
  const { tailLines, limitBytes, sinceSeconds } = integers;
  if (tailLines !== undefined && tailLines < 0n) {
    errors.push(invalid('tailLines', Number(tailLines), 'must be greater than or equal to 0'));
  }
  if (limitBytes !== undefined && limitBytes < 1n) {
    errors.push(invalid('limitBytes', Number(limitBytes), 'must be greater than 0'));
  }
  if (sinceSeconds !== undefined && sinceTime !== '') {
    errors.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1n) {
    errors.push(invalid('sinceSeconds', Number(sinceSeconds), 'must be greater than 0'));
  }
  return errors;
}

/** The kubelet's own query, its members sorted. */
function logQuery(query: QueryValues, { integers, sinceTime }: LogOptions): string {
  const members: [string, string][] = Object.entries(integers).map(([name, value]) => [name, String(value)]);
  for (const flag of ['follow', 'previous', 'timestamps']) if (query.bool(flag)) members.push([flag, 'true']);
  if (sinceTime !== '') members.push(['sinceTime', sinceTime]);
  return new URLSearchParams(members.sort(([a], [b]) => (a < b ? -1 : 1))).toString();
}

const log: Connector = {
  kind: 'Pod',
  methods: ['GET'],
  manner: 'fetch',
  locate(target, port) {
    const options = logOptions(target.query);
    if (!options.ok) return options;
    const errors = validateLogOptions(options.value);
    if (errors.length > 0) return fail(invalidStatus('', 'PodLogOptions', target.name, errors));
    const pod = podOf(target, port);
    if (!pod.ok) return pod;
    const container = containerOf(pod.value, target.query.get('container'));
    if (!container.ok) return container;
    // A pod without a node has written nothing yet.
    if (!pod.value.spec?.nodeName) return ok(undefined);
    const path = `/containerLogs/${target.namespace}/${target.name}/${container.value}`;
    return atKubelet(pod.value, path, logQuery(target.query, options.value), port);
  },
};

/** Streams into a container: exec and attach. */
function stream(kind: string, verb: string): Connector {
  return {
    kind,
    methods: STREAM_METHODS,
    manner: 'upgrade',
    locate(target, port) {
      const pod = podOf(target, port);
      if (!pod.ok) return pod;
      const container = containerOf(pod.value, target.query.get('container'));
      if (!container.ok) return container;
      return atKubelet(pod.value, `/${verb}/${target.namespace}/${target.name}/${container.value}`, '', port);
    },
  };
}

const portForward: Connector = {
  kind: 'PodPortForwardOptions',
  methods: STREAM_METHODS,
  manner: 'upgrade',
  locate(target, port) {
    const pod = podOf(target, port);
    return pod.ok ? atKubelet(pod.value, `/portForward/${target.namespace}/${target.name}`, '', port) : pod;
  },
};

const proxy: Connector = {
  kind: 'PodProxyOptions',
  methods: PROXY_METHODS,
  manner: 'proxy',
  locate(target, port) {
    const split = splitSchemeNamePort(target.name);
    if (split === undefined) return fail(badRequest(`invalid pod request ${goQuote(target.name)}`));
    const pod = podOf({ ...target, name: split.name }, port);
    if (!pod.ok) return pod;
    const { spec, status } = pod.value;
    const listening = spec?.containers.find(({ ports }) => (ports ?? []).length > 0)?.ports?.[0]?.containerPort;
    const host = status?.podIPs?.[0]?.ip ?? '';
    if (!isProxyable(host)) return fail(badRequest('address not allowed'));
    const number = split.port === '' && listening !== undefined ? String(listening) : split.port;
    return ok({ scheme: split.scheme, host, port: number, path: target.path, query: '' });
  },
};

export const podConnections: Readonly<Record<string, Connector>> = {
  attach: stream('PodAttachOptions', 'attach'),
  exec: stream('PodExecOptions', 'exec'),
  log,
  portforward: portForward,
  proxy,
};
