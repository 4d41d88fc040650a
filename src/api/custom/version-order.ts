// Which of two versions of an API is the more mature: GA before beta before alpha, then the higher number; names of
// another form come last, by their letters. Models apimachinery pkg/version/helpers.go (CompareKubeAwareVersionStrings).

const KUBE_VERSION = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/;

/** Below 0 where `a` comes first: `v2`, `v1`, `v1beta2`, `v1alpha1`, `foo`. */
export function compareVersions(a: string, b: string): number {
  const first = parse(a);
  const second = parse(b);
  if (first === undefined || second === undefined) {
    if (first !== undefined) return -1;
    if (second !== undefined) return 1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  for (let i = 0; i < 3; i++) {
    const difference = (second[i] ?? 0) - (first[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function parse(version: string): [stability: number, major: number, minor: number] | undefined {
  const found = KUBE_VERSION.exec(version);
  if (found === null) return undefined;
  const stability = found[2] === undefined ? 2 : found[2] === 'beta' ? 1 : 0;
  return [stability, Number(found[1]), Number(found[3] ?? 0)];
}
