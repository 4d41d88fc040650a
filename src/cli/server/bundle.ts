import { build } from 'esbuild';

/** Bundles a Worker's entry file into one module, as wrangler does when it deploys; answers its text. */
export async function bundleWorker(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    loader: { '.sql': 'text', '.html': 'text' },
    external: ['cloudflare:*', 'node:*'],
    logLevel: 'error',
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new Error(`no output for ${entry}`);
  return file.text;
}
