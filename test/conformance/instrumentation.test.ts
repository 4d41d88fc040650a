// After kubernetes test/e2e/instrumentation/{core_events,events}.go.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Event as CoreEvent } from '../../src/api/types/core-v1.ts';
import type { Event } from '../../src/api/types/events-v1.ts';
import { labelled, selected } from './support/collection.ts';
import type { World } from './support/world.ts';
import { startWorld } from './support/world.ts';

const LABEL = 'testevent-constant=true';
const labels = { 'testevent-constant': 'true' };

let world: World;

beforeAll(async () => {
  world = await startWorld({ nodes: 0 });
});

afterAll(() => world?.end());

const newEvent = (namespace: string, name: string, marks: Record<string, string> = labels) => ({
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name, namespace, labels: marks },
  regarding: { namespace },
  eventTime: '2017-09-19T13:49:16.000000Z',
  note: `This is ${name}`,
  action: 'Do',
  reason: 'Test',
  type: 'Normal',
  reportingController: 'test-controller',
  reportingInstance: 'test-node',
});

const coreEvent = (namespace: string, name: string) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, labels },
  message: 'This is a test event',
  reason: 'Test',
  type: 'Normal',
  count: 1,
  involvedObject: { namespace },
});

it('[sig-instrumentation] Events API should delete a collection of events', async () => {
  const namespace = await world.namespace('events');
  const events = world.of<Event>('events.events.k8s.io', namespace);
  const marks = { 'testevent-set': 'true' };
  for (const name of ['test-event-1', 'test-event-2', 'test-event-3'])
    await events.create(newEvent(namespace, name, marks));
  expect((await events.list(labelled('testevent-set=true'))).items).toHaveLength(3);
  await events.deleteCollection(labelled('testevent-set=true'));
  expect((await events.list(labelled('testevent-set=true'))).items).toEqual([]);
});

it('[sig-instrumentation] Events API should ensure that an event can be fetched, patched, deleted, and listed', async () => {
  const namespace = await world.namespace('events');
  const events = world.of<Event>('events.events.k8s.io', namespace);
  const all = world.of<Event>('events.events.k8s.io');
  const created = await events.create(newEvent(namespace, 'event-test'));
  const isThere = ({ metadata }: Event): boolean => metadata.namespace === namespace && metadata.name === 'event-test';
  expect((await all.list(labelled(LABEL))).items.filter(isThere)).toHaveLength(1);
  const byField = await events.list(selected('reportingController=test-controller'));
  expect(byField.items.filter(isThere)).toHaveLength(1);
  expect(await events.get('event-test')).toEqual(created);

  const series = { count: 2, lastObservedTime: '2014-09-19T13:49:16.000000Z' };
  await events.patch('event-test', { series });
  expect((await events.get('event-test')).series).toEqual(series);
  await events.change('event-test', (event) => (event.series = { ...series, count: 100 }));
  expect((await events.get('event-test')).series).toEqual({ ...series, count: 100 });

  await events.delete('event-test');
  expect((await events.list(labelled(LABEL))).items).toEqual([]);
  expect((await all.list(labelled(LABEL))).items.filter(isThere)).toEqual([]);
});

it('[sig-instrumentation] Events should delete a collection of events', async () => {
  const namespace = await world.namespace('events');
  const events = world.of<CoreEvent>('events', namespace);
  for (const name of ['test-event-1', 'test-event-2', 'test-event-3']) await events.create(coreEvent(namespace, name));
  expect((await events.list(labelled(LABEL))).items).toHaveLength(3);
  await events.deleteCollection(labelled(LABEL));
  expect((await events.list(labelled(LABEL))).items).toEqual([]);
});

it('[sig-instrumentation] Events should manage the lifecycle of an event', async () => {
  const namespace = await world.namespace('events');
  const events = world.of<CoreEvent>('events', namespace);
  const all = world.of<CoreEvent>('events');
  const { metadata } = await events.create(coreEvent(namespace, 'event-test'));
  const mine = async () => (await all.list(labelled(LABEL))).items.filter((each) => each.metadata.uid === metadata.uid);
  expect(await mine()).toHaveLength(1);
  await events.patch('event-test', { message: 'This is a test event - patched' });
  expect((await events.get('event-test')).message).toBe('This is a test event - patched');
  const series = { count: 100, lastObservedTime: '2014-09-19T13:49:16.000000Z' };
  await events.change('event-test', (event) => (event.series = series));
  expect((await events.get('event-test')).series).toEqual(series);
  await events.delete('event-test');
  expect(await mine()).toEqual([]);
});
