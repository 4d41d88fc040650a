// Whether an image name stands for the tag `latest`, which decides the default pull policy.
// Models kubernetes pkg/util/parsers and the reference grammar of distribution.

const DOMAIN =
  '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?';
const SEGMENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const TAG = '\\w[\\w.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const REFERENCE = new RegExp(`^(?:${DOMAIN}/)?${SEGMENT}(?:/${SEGMENT})*(?::(${TAG}))?(@${DIGEST})?$`);
/** Longer names are refused by the grammar's own limits; they must not cost time here. */
const MAX_LENGTH = 600;

/** False for a name that is not well-formed: it gets the policy of a fixed tag. */
export function isLatest(image: string): boolean {
  if (image.length > MAX_LENGTH) return false;
  const match = REFERENCE.exec(image);
  if (match === null) return false;
  const [, tag, digest] = match;
  return tag === undefined ? digest === undefined : tag === 'latest';
}
