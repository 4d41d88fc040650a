// Images as names: what they resolve to, how large they are, and whether they exist. There is no registry behind it;
// digest and size follow from the name alone, so that every node sees the same image.

import type { ContainerImage } from '../../api/types/core-v1.ts';
import { seededRandom } from '../../lib/random.ts';

export interface Image {
  /** `docker.io/library/nginx:latest`, as the runtime reports it. */
  readonly name: string;
  /** `docker.io/library/nginx@sha256:…`, the imageID. */
  readonly id: string;
  readonly sizeBytes: number;
  /** Why it cannot be pulled, in the runtime's words. */
  readonly missing?: string;
}

const REFERENCE =
  /^(?<name>(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$/;

/** FNV-1a, enough to spread names over seeds. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

function withRegistry(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  return first.includes('.') || first.includes(':') || first === 'localhost' ? name : `docker.io/${name}`;
}

/** Undefined: not a valid reference. A registry whose host ends in `.invalid` has no images (RFC 2606). */
export function resolveImage(reference: string): Image | undefined {
  const groups = REFERENCE.exec(reference)?.groups;
  if (groups?.['name'] === undefined || reference.length > 512) return undefined;
  const repository = withRegistry(groups['name']);
  const tag = groups['tag'] ?? (groups['digest'] === undefined ? 'latest' : undefined);
  const name = tag === undefined ? `${repository}@${groups['digest'] ?? ''}` : `${repository}:${tag}`;
  const random = seededRandom(hash(name));
  const hex = (random.uuid() + random.uuid() + random.uuid()).replaceAll('-', '').slice(0, 64);
  const image: Image = {
    name,
    id: `${repository}@${groups['digest'] ?? `sha256:${hex}`}`,
    sizeBytes: 4_000_000 + Math.floor(random.next() * 150_000_000),
  };
  const [authority = '', ...path] = repository.split('/');
  const host = authority.replace(/:\d+$/, '');
  if (!host.endsWith('.invalid')) return image;
  const url = `https://${authority}/v2/${path.join('/')}/manifests/${tag ?? groups['digest'] ?? ''}`;
  return {
    ...image,
    missing:
      `rpc error: code = Unknown desc = failed to pull and unpack image "${name}": failed to resolve reference "${name}": ` +
      `failed to do request: Head "${url}": dial tcp: lookup ${host}: no such host`,
  };
}

/** As `status.images` of the Node lists it. */
export function listedImage(image: Image): ContainerImage {
  const names = image.id === image.name ? [image.name] : [image.id, image.name];
  return { names, sizeBytes: image.sizeBytes };
}
