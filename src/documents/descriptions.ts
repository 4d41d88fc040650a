// What the fields of built-in kinds mean, in upstream's words: read from the declarations of the installed JavaScript
// client, which is generated from upstream's OpenAPI. They are read when documents are built, and are no part of the sources.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface ClassDescription {
  readonly text: string | undefined;
  /** By the name that the declaration gives the field. */
  readonly fields: ReadonlyMap<string, string>;
}

/** By the class's name: `V1Pod`, `CoreV1Event`. */
export type Descriptions = ReadonlyMap<string, ClassDescription>;

export function readDescriptions(): Descriptions {
  const client = createRequire(import.meta.url).resolve('@kubernetes/client-node');
  const folder = join(dirname(client), 'gen/models');
  const found = new Map<string, ClassDescription>();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.d.ts')) continue;
    const described = parseDeclaration(readFileSync(join(folder, name), 'utf8'));
    if (described !== undefined) found.set(name.slice(0, -'.d.ts'.length), described);
  }
  return found;
}

const CLASS = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?export declare class \w+ \{/;
const FIELD = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*'([^'\n]+)'\??:/g;

/** Undefined: it declares no class. */
export function parseDeclaration(text: string): ClassDescription | undefined {
  const start = CLASS.exec(text);
  if (start === null) return undefined;
  const fields = new Map<string, string>();
  for (const [, comment = '', name = ''] of text.slice(start.index + start[0].length).matchAll(FIELD)) {
    fields.set(name, proseOf(comment));
  }
  return { text: start[1] === undefined ? undefined : proseOf(start[1]), fields };
}

/** A comment's text without its margin and its escapes. */
function proseOf(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  return lines
    .join('\n')
    .trim()
    .replace(/\\(['"`\\])/g, '$1');
}

/** `io.k8s.api.core.v1.Pod`: the class of that definition. Where several groups have a name, theirs stands before it. */
export function classOf(id: string, descriptions: Descriptions): ClassDescription | undefined {
  const parts = id.split('.');
  const [group = '', version = '', name = ''] = parts.slice(-3);
  const qualified = `${capital(group)}${capital(version)}${name}`;
  return descriptions.get(qualified) ?? descriptions.get(`${capital(version)}${name}`);
}

/** Fields whose names are no identifiers are declared by others: `_default`, `x_kubernetes_list_type`. */
export function fieldText({ fields }: ClassDescription, name: string): string | undefined {
  return fields.get(name) ?? fields.get(`_${name}`) ?? fields.get(name.replaceAll('-', '_'));
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
