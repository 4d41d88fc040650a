// Field selectors: `status.phase=Running,spec.nodeName!=n1`.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/fields/selector.go.

export interface FieldTerm {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** All terms must hold; none matches everything. */
export type FieldSelector = readonly FieldTerm[];

export type ParsedFieldSelector =
  | { readonly ok: true; readonly selector: FieldSelector }
  /** Message of the 400 BadRequest. */
  | { readonly ok: false; readonly error: string };

const OPERATORS = ['!=', '==', '='] as const;

/** Which fields a resource knows is not checked here. Terms come out sorted by their text, as upstream holds them. */
export function parseFieldSelector(text: string): ParsedFieldSelector {
  const terms: FieldTerm[] = [];
  for (const part of splitTerms(text).sort()) {
    if (part === '') continue;
    const term = splitTerm(part);
    if (term === undefined) return { ok: false, error: `invalid selector: '${text}'; can't understand '${part}'` };
    const value = unescape(term.value);
    if (!value.ok) return value;
    terms.push({ ...term, value: value.value });
  }
  return { ok: true, selector: terms };
}

function splitTerms(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function splitTerm(part: string): FieldTerm | undefined {
  for (let i = 0; i < part.length; i++) {
    const operator = OPERATORS.find((candidate) => part.startsWith(candidate, i));
    if (operator === undefined) continue;
    const value = part.slice(i + operator.length);
    return { field: part.slice(0, i), operator: operator === '!=' ? '!=' : '=', value };
  }
  return undefined;
}

function unescape(text: string): { ok: true; value: string } | { ok: false; error: string } {
  let value = '';
  const chars = [...text];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? '';
    if (char === '\\') {
      const next = chars[++i] ?? '';
      if (next !== '\\' && next !== ',' && next !== '=') {
        return { ok: false, error: `invalid field selector: invalid escape sequence: \\${next}` };
      }
      value += next;
    } else if (char === ',' || char === '=') {
      const code = char.charCodeAt(0);
      return { ok: false, error: `invalid field selector: unescaped character in value: ${code}` };
    } else value += char;
  }
  return { ok: true, value };
}

/** `fields` holds every selectable field with its value as text; one that is missing counts as empty. */
export function matchesFields(selector: FieldSelector, fields: Readonly<Record<string, string>>): boolean {
  return selector.every((term) => ((fields[term.field] ?? '') === term.value) === (term.operator === '='));
}

/** The one value that a field must have, if the selector names one: `metadata.name=x` reads one row. */
export function requiredFieldValue(selector: FieldSelector, field: string): string | undefined {
  return selector.find((term) => term.field === field && term.operator === '=')?.value;
}
