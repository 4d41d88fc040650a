// Before suites that run in workerd: the files that it is to serve.
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/cli/server/project.ts';
import { writeOpenApi } from '../../src/documents/openapi-files.ts';

export function setup(): void {
  writeOpenApi(join(PROJECT_ROOT, 'dist/openapi'));
}
