// services/proxy: one of the ready endpoints of a Service.
// Models kubernetes pkg/registry/core/service/storage/storage.go (ResourceLocation).

import { goQuote } from '../../../schema/go-text.ts';
import { isProxyable } from '../../../schema/ip.ts';
import type { Connector } from '../../connect.ts';
import { PROXY_METHODS, splitSchemeNamePort } from '../../connect.ts';
import { badRequest, fail, failure, notFoundStatus, ok } from '../../status.ts';

const SERVICES = { group: '', resource: 'services' };
const SERVICE_LABEL = 'kubernetes.io/service-name';

function unavailable(message: string) {
  return fail(failure(503, 'ServiceUnavailable', message));
}

export const serviceProxy: Connector = {
  kind: 'ServiceProxyOptions',
  methods: PROXY_METHODS,
  manner: 'proxy',
  locate({ namespace, name: id, path }, port) {
    const split = splitSchemeNamePort(id);
    if (split === undefined) return fail(badRequest(`invalid service request ${goQuote(id)}`));
    const { scheme, name } = split;
    const service = port.get('services', namespace, name);
    if (service === undefined) return fail(notFoundStatus(SERVICES, name));
    let portName = split.port;
    if (/^[0-9]+$/.test(portName)) {
      const found = (service.spec?.ports ?? []).find((item) => String(item.port) === portName);
      if (found === undefined) return unavailable(`no service port ${portName} found for service ${goQuote(name)}`);
      portName = found.name ?? '';
    }
    const none = `no endpoints available for service ${goQuote(name)}`;
    const slices = port
      .list('endpointslices.discovery.k8s.io', namespace)
      .filter(({ metadata }) => metadata.labels?.[SERVICE_LABEL] === name);
    for (const slice of slices) {
      // No name at all means the only port.
      const found = (slice.ports ?? []).find((item) => portName === '' || (item.name ?? '') === portName);
      const ready = (slice.endpoints ?? []).find(({ conditions }) => conditions?.ready !== false);
      const host = ready?.addresses[0] ?? '';
      if (found?.port === undefined || ready === undefined) continue;
      if (!isProxyable(host)) return fail(badRequest('address not allowed'));
      return ok({ scheme, host, port: String(found.port), path, query: '' });
    }
    return unavailable(none);
  },
};
