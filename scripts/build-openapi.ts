// Writes the OpenAPI documents into dist/openapi, from where a deployed Worker serves them.
import { join } from 'node:path';
import { PROJECT_ROOT } from '../src/cli/server/project.ts';
import { writeOpenApi } from '../src/documents/openapi-files.ts';

writeOpenApi(join(PROJECT_ROOT, 'dist/openapi'));
