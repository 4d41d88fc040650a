import { gzipSync } from 'node:zlib';
import { bundleWorker } from '../../../src/cli/server/bundle.ts';
import { readWorkerSettings } from '../../../src/cli/server/project.ts';
import type { Figure } from '../figure.ts';

/** The size of what is deployed. */
export const bundle: Figure = {
  name: 'bundle',
  async run() {
    const text = await bundleWorker(readWorkerSettings().main);
    return [{ label: 'bundle, gzipped', value: gzipSync(text).length / 1024, unit: 'KiB', want: { atMost: 1024 } }];
  },
};
