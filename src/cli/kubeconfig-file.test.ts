import { expect, test } from 'vitest';
import { exportLine } from './kubeconfig-file.ts';

test.each([
  ['/home/me/.kubewisp/kubeconfig', 'export KUBECONFIG=/home/me/.kubewisp/kubeconfig'],
  ['/home/my files/kubeconfig', "export KUBECONFIG='/home/my files/kubeconfig'"],
  ["/it's/$HOME", "export KUBECONFIG='/it'\\''s/$HOME'"],
])('a shell reads %s back as it is', (path, line) => {
  expect(exportLine(path)).toBe(line);
});
