// How a webhook is reached. Models kubernetes staging/src/k8s.io/apiserver/pkg/util/webhook/validation.go.

import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import { goQuote } from '../../schema/go-text.ts';
import { dns1123SubdomainErrors, rangeText } from '../../schema/names.ts';

const URL_FORM = '; desired format: https://host[/path]';

export function validateWebhookUrl(text: string, field: string): FieldError[] {
  if (!URL.canParse(text)) {
    return [required(field, `url must be a valid URL: parse ${goQuote(text)}: invalid URI for request${URL_FORM}`)];
  }
  const url = new URL(text);
  const errors: FieldError[] = [];
  if (url.protocol !== 'https:') {
    errors.push(invalid(field, url.protocol.slice(0, -1), `'https' is the only allowed URL scheme${URL_FORM}`));
  }
  if (url.host === '') errors.push(invalid(field, url.host, `host must be specified${URL_FORM}`));
  if (url.username !== '') errors.push(invalid(field, url.username, 'user information is not permitted in the URL'));
  if (url.hash !== '') errors.push(invalid(field, url.hash.slice(1), 'fragments are not permitted in the URL'));
  if (url.search !== '') {
    errors.push(invalid(field, url.search.slice(1), 'query parameters are not permitted in the URL'));
  }
  return errors;
}

export function validateWebhookPort(port: number, field: string): FieldError[] {
  return port >= 1 && port <= 65535 ? [] : [invalid(field, port, `port is not valid: ${rangeText(1, 65535)}`)];
}

export function validateWebhookPath(path: string, field: string): FieldError[] {
  if (path === '/' || path === '') return [];
  if (path === '//') return [invalid(field, path, 'segment[0] may not be empty')];
  if (!path.startsWith('/')) return [invalid(field, path, "must start with a '/'")];
  const segments = (path.endsWith('/') ? path.slice(1, -1) : path.slice(1)).split('/');
  return segments.flatMap((segment, index) => {
    if (segment === '') return [invalid(field, path, `segment[${index}] may not be empty`)];
    return dns1123SubdomainErrors(segment).map((text) => invalid(field, path, `segment[${index}]: ${text}`));
  });
}
