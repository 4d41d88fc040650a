// Names: what a well-formed name, label, key or port name is, and what upstream says of one that is not.
// Every function returns the texts of what is wrong; none means the value is good.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/validation and pkg/api/validate/content.

import { byteLength } from './go-text.ts';
import { append } from '../lib/append.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_UNDERSCORE = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_UNDERSCORE = `${LABEL_UNDERSCORE}(\\.${LABEL_UNDERSCORE})*`;
const WILDCARD = `\\*\\.${SUBDOMAIN}`;
const DNS1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const NAME_PART = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${NAME_PART})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const HTTP_HEADER = '[-A-Za-z0-9]+';
const PERCENT = '[0-9]+%';
const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const LABEL_RE = whole(LABEL);
const SUBDOMAIN_RE = whole(SUBDOMAIN);
const SUBDOMAIN_UNDERSCORE_RE = whole(SUBDOMAIN_UNDERSCORE);
const DNS1035_RE = whole(DNS1035);
const NAME_PART_RE = whole(NAME_PART);
const LABEL_VALUE_RE = whole(LABEL_VALUE);
const CONFIG_KEY_RE = whole(CONFIG_KEY);
const C_IDENTIFIER_RE = whole(C_IDENTIFIER);
const HTTP_HEADER_RE = whole(HTTP_HEADER);
const PERCENT_RE = whole(PERCENT);
const WILDCARD_RE = whole(WILDCARD);
const HTTP_PATH_RE = whole(HTTP_PATH);
const ENV_NAME_RE = /^[ -<>-~]*$/;
const PORT_NAME_RE = /^[-a-z0-9]+$/;
const LETTER_RE = /[a-z]/;

const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const SUBDOMAIN_UNDERSCORE_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
const DNS1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const NAME_PART_TEXT =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const CONFIG_KEY_TEXT = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
const C_IDENTIFIER_TEXT =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
const HTTP_HEADER_TEXT = "a valid HTTP header must consist of alphanumeric characters or '-'";
const WILDCARD_TEXT =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
const PERCENT_TEXT = "a valid percent string must be a numeric string followed by an ending '%'";
const ENV_NAME_TEXT =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";

/** `… (e.g. 'a',  or 'b', regex used for validation is '…')`, with upstream's two spaces before `or`. */
export function regexText(text: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${text} (regex used for validation is '${pattern}')`;
  const list = examples.map((example) => `'${example}', `).join(' or ');
  return `${text} (e.g. ${list}regex used for validation is '${pattern}')`;
}

export function maxLengthText(max: number): string {
  return `must be no more than ${max} characters`;
}

function maxBytesText(max: number): string {
  return `must be no more than ${max} bytes`;
}

export function rangeText(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

export const EMPTY_TEXT = 'must be non-empty';
/** RFC 1123 label: names of containers, namespaces. */
export function dns1123LabelErrors(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > 63) errors.push(maxLengthText(63));
  if (!LABEL_RE.test(value)) {
    errors.push(
      SUBDOMAIN_RE.test(value) ? 'must not contain dots' : regexText(LABEL_TEXT, LABEL, 'my-name', '123-abc'),
    );
  }
  return errors;
}

/** RFC 1123 subdomain: the default name of an object. */
export function dns1123SubdomainErrors(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > 253) errors.push(maxLengthText(253));
  if (!SUBDOMAIN_RE.test(value)) errors.push(regexText(SUBDOMAIN_TEXT, SUBDOMAIN, 'example.com'));
  return errors;
}

/** `*.example.com`: hosts of an Ingress. */
export function wildcardSubdomainErrors(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > 253) errors.push(maxLengthText(253));
  if (!WILDCARD_RE.test(value)) errors.push(regexText(WILDCARD_TEXT, WILDCARD, '*.example.com'));
  return errors;
}

/** Search domains of a pod's DNS. */
export function dns1123SubdomainWithUnderscoreErrors(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > 253) errors.push(maxLengthText(253));
  if (!SUBDOMAIN_UNDERSCORE_RE.test(value)) {
    errors.push(regexText(SUBDOMAIN_UNDERSCORE_TEXT, SUBDOMAIN_UNDERSCORE, 'example.com'));
  }
  return errors;
}

/** RFC 1035 label: names of Services. */
export function dns1035LabelErrors(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > 63) errors.push(maxLengthText(63));
  if (!DNS1035_RE.test(value)) errors.push(regexText(DNS1035_TEXT, DNS1035, 'my-name', 'abc-123'));
  return errors;
}

/** `name` or `prefix/name`: label keys, annotation keys, finalizers, resource names. */
export function qualifiedNameErrors(value: string): string[] {
  const errors: string[] = [];
  const slash = value.indexOf('/');
  if (slash >= 0) {
    if (value.includes('/', slash + 1)) {
      return [
        `a valid label key ${namePartText()} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
      ];
    }
    if (slash === 0) errors.push(`prefix part ${EMPTY_TEXT}`);
    else for (const text of dns1123SubdomainErrors(value.slice(0, slash))) errors.push(`prefix part ${text}`);
  }
  const name = value.slice(slash + 1);
  if (name === '') errors.push(`name part ${EMPTY_TEXT}`);
  else if (byteLength(name) > 63) errors.push(`name part ${maxBytesText(63)}`);
  if (!NAME_PART_RE.test(name)) errors.push(`name part ${namePartText()}`);
  return errors;
}

function namePartText(): string {
  return regexText(NAME_PART_TEXT, NAME_PART, 'MyName', 'my.name', '123-abc');
}

export function labelValueErrors(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > 63) errors.push(maxBytesText(63));
  if (!LABEL_VALUE_RE.test(value)) {
    errors.push(regexText(LABEL_VALUE_TEXT, LABEL_VALUE, 'MyValue', 'my_value', '12345'));
  }
  return errors;
}

/** Keys of ConfigMaps and Secrets. */
export function configMapKeyErrors(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > 253) errors.push(maxLengthText(253));
  if (!CONFIG_KEY_RE.test(value))
    errors.push(regexText(CONFIG_KEY_TEXT, CONFIG_KEY, 'key.name', 'KEY_NAME', 'key-name'));
  append(errors, dotNameErrors(value));
  return errors;
}

function dotNameErrors(value: string): string[] {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  if (value.startsWith('..')) return ["must not start with '..'"];
  return [];
}

export function envVarNameErrors(value: string): string[] {
  const errors: string[] = [];
  if (value === '') errors.push(`environment variable name ${EMPTY_TEXT}`);
  if (!ENV_NAME_RE.test(value)) errors.push(ENV_NAME_TEXT);
  return errors;
}

export function httpHeaderNameErrors(value: string): string[] {
  return HTTP_HEADER_RE.test(value) ? [] : [regexText(HTTP_HEADER_TEXT, HTTP_HEADER, 'X-Header-Name')];
}

export function percentErrors(value: string): string[] {
  return PERCENT_RE.test(value) ? [] : [regexText(PERCENT_TEXT, PERCENT, '1%', '93%')];
}

export function portNumberErrors(port: number): string[] {
  return port >= 1 && port <= 65535 ? [] : [rangeText(1, 65535)];
}

/** IANA service names: names of container and Service ports that something refers to. */
export function portNameErrors(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > 15) errors.push(maxLengthText(15));
  if (!PORT_NAME_RE.test(value)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!LETTER_RE.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

/** A name that must only fit into a URL path: RBAC roles. Models apimachinery pkg/api/validation/path. */
export function pathSegmentNameErrors(value: string, prefix = false): string[] {
  if (!prefix && (value === '.' || value === '..')) return [`may not be '${value}'`];
  const errors: string[] = [];
  for (const char of ['/', '%']) if (value.includes(char)) errors.push(`may not contain '${char}'`);
  return errors;
}

/** The form of a generateName's value that names are checked with: a trailing dash stands for what will follow. */
export function maskTrailingDash(value: string): string {
  return value.length > 1 && value.endsWith('-') ? `${value.slice(0, -2)}a` : value;
}

/** Object names by RFC 1123 subdomain; `prefix` is true for a generateName. */
export function subdomainNameErrors(value: string, prefix: boolean): string[] {
  return dns1123SubdomainErrors(prefix ? maskTrailingDash(value) : value);
}

export function cIdentifierErrors(value: string): string[] {
  return C_IDENTIFIER_RE.test(value)
    ? []
    : [regexText(C_IDENTIFIER_TEXT, C_IDENTIFIER, 'my_name', 'MY_NAME', 'MyName')];
}

/** A path without its leading slash. */
export function httpPathErrors(value: string): string[] {
  return HTTP_PATH_RE.test(value) ? [] : [regexText('Invalid path', HTTP_PATH, '/path/to/resource')];
}

/** Object names by RFC 1123 label. */
export function labelNameErrors(value: string, prefix: boolean): string[] {
  return dns1123LabelErrors(prefix ? maskTrailingDash(value) : value);
}
