import { expect, test } from 'vitest';
import { readWorkerSettings } from './project.ts';
import { workerdConfig } from './workerd-config.ts';

test('names every Durable Object of wrangler.toml, with SQLite, and its compatibility date', () => {
  const settings = readWorkerSettings();
  const config = workerdConfig({
    settings,
    address: '[::1]:6443',
    storage: '/tmp/a "b"',
    documents: '/tmp/documents',
    variables: ['OPERATOR_TOKEN'],
  });
  expect(settings.durableObjects.map(({ className }) => className)).toEqual(['Cluster', 'NodePool', 'Account']);
  for (const { binding, className } of settings.durableObjects) {
    expect(config).toContain(`(className = "${className}", uniqueKey = "kubewisp-${className}", enableSql = true)`);
    expect(config).toContain(`(name = "${binding}", durableObjectNamespace = "${className}")`);
  }
  expect(config).toContain(`compatibilityDate = "${settings.compatibilityDate}"`);
  expect(config).toContain('path = "/tmp/a \\"b\\""');
  expect(config).toContain('(name = "documents", disk = (path = "/tmp/documents"))');
  expect(config).toContain('(name = "OPERATOR_TOKEN", fromEnvironment = "OPERATOR_TOKEN")');
});

test('an object stays able to sleep: the compatibility date is older than the change that keeps it awake', () => {
  expect(readWorkerSettings().compatibilityDate < '2026-10-01').toBe(true);
});
