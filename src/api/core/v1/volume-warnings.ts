// Volumes that are let pass but will not do what their author wants.
// Models kubernetes pkg/api/pod/warnings.go (warningsForOverlappingVirtualPaths, …).

import type { Volume } from '../../types/core-v1.ts';
import { append } from '../../../lib/append.ts';

const DEPRECATED: ReadonlyArray<readonly [keyof Volume, string]> = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

/** A file of a volume, and of which source where there are several. */
interface File {
  readonly path: string;
  readonly source: string;
}

function files(items: ReadonlyArray<{ path?: string }> | undefined, source: string): File[] {
  return (items ?? []).map(({ path = '' }) => ({ path: path.replace(/\/+$/, ''), source }));
}

function projectedFiles(volume: Volume, warnings: string[]): File[] {
  return (volume.projected?.sources ?? []).flatMap((source) => {
    const { secret, configMap, downwardAPI, serviceAccountToken: token, clusterTrustBundle: bundle } = source;
    if (Object.keys(source).length === 0) {
      warnings.push(`volume ${JSON.stringify(volume.name)} (Projected) has no sources provided`);
    }
    return [
      ...files(configMap?.items, `ConfigMap ${JSON.stringify(configMap?.name ?? '')}`),
      ...files(secret?.items, `Secret ${JSON.stringify(secret?.name ?? '')}`),
      ...files(downwardAPI?.items, 'DownwardAPI'),
      ...files(token === undefined ? [] : [token], 'ServiceAccountToken'),
      ...files(
        bundle === undefined ? [] : [bundle],
        `ClusterTrustBundle ${JSON.stringify(bundle?.name ?? bundle?.signerName ?? '')}`,
      ),
    ];
  });
}

function warnOfOverlaps(volume: Volume, what: string, list: readonly File[], warnings: string[]): void {
  const text = ({ path, source }: File): string =>
    source === '' ? JSON.stringify(path) : `${JSON.stringify(path)} (${source})`;
  list.forEach((file, index) => {
    for (const other of list.slice(0, index)) {
      const overlap =
        file.path === other.path ||
        `${file.path}/`.startsWith(`${other.path}/`) ||
        `${other.path}/`.startsWith(`${file.path}/`);
      if (!overlap) continue;
      warnings.push(
        `volume ${JSON.stringify(volume.name)} (${what}): overlapping paths: ${text(file)} with ${text(other)}`,
      );
    }
  });
}

/** Kinds of volumes that do nothing any more. */
export function deprecatedVolumeWarnings(volume: Volume, path: string): string[] {
  const warnings: string[] = [];
  for (const [key, text] of DEPRECATED) if (volume[key] !== undefined) warnings.push(`${path}.${key}: ${text}`);
  return warnings;
}

/** `path` is `spec.volumes`, or that of a template. */
export function volumeWarnings(volumes: readonly Volume[], path: string): string[] {
  const warnings: string[] = [];
  volumes.forEach((volume, index) => append(warnings, deprecatedVolumeWarnings(volume, `${path}[${index}]`)));
  for (const volume of volumes) {
    const { configMap, secret, downwardAPI, projected } = volume;
    // One file alone overlaps with none.
    if (projected === undefined && ((configMap ?? secret ?? downwardAPI)?.items?.length ?? 0) < 2) continue;
    if (configMap !== undefined) {
      warnOfOverlaps(volume, `ConfigMap ${JSON.stringify(configMap.name ?? '')}`, files(configMap.items, ''), warnings);
    } else if (secret !== undefined) {
      warnOfOverlaps(volume, `Secret ${JSON.stringify(secret.secretName ?? '')}`, files(secret.items, ''), warnings);
    } else if (downwardAPI !== undefined) warnOfOverlaps(volume, 'DownwardAPI', files(downwardAPI.items, ''), warnings);
    else if (projected !== undefined) {
      warnOfOverlaps(volume, 'Projected', projectedFiles(volume, warnings), warnings);
    }
  }
  return warnings;
}
