import { describe, expect, it } from 'vitest';
import { createLogger } from './log.ts';
import { Metrics } from './metrics.ts';

describe('Metrics', () => {
  it('writes counters, gauges and cumulative histograms', () => {
    const metrics = new Metrics();
    const requests = metrics.counter('requests_total', 'Requests.', ['verb', 'code']);
    const seconds = metrics.histogram('seconds', 'Latency.', ['verb'], [0.1, 1]);
    metrics.gauge('head', 'Revision.', () => 7);
    requests.add(1, 'GET', '200');
    requests.add(2, 'GET', '200');
    requests.add(1, 'PU"T', '409');
    for (const value of [0.05, 0.5, 3]) seconds.observe(value, 'GET');
    expect(metrics.text()).toBe(
      [
        '# HELP requests_total Requests.',
        '# TYPE requests_total counter',
        'requests_total{verb="GET",code="200"} 3',
        'requests_total{verb="PU\\"T",code="409"} 1',
        '# HELP seconds Latency.',
        '# TYPE seconds histogram',
        'seconds_bucket{verb="GET",le="0.1"} 1',
        'seconds_bucket{verb="GET",le="1"} 2',
        'seconds_bucket{verb="GET",le="+Inf"} 3',
        'seconds_sum{verb="GET"} 3.55',
        'seconds_count{verb="GET"} 3',
        '# HELP head Revision.',
        '# TYPE head gauge',
        'head 7',
        '',
      ].join('\n'),
    );
  });

  it('bounds the series of a metric', () => {
    const metrics = new Metrics();
    const counter = metrics.counter('c', 'C.', ['resource']);
    for (let i = 0; i < 2000; i++) counter.add(1, `r${i}`);
    const lines = metrics.text().trimEnd().split('\n').slice(2);
    expect(lines.length).toBeLessThanOrEqual(501);
    expect(lines).toContain('c{resource="other"} 1500');
  });
});

describe('createLogger', () => {
  it('writes one JSON line an event, from its level on', () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'info', fields: { cluster: 'a' }, write: (line) => lines.push(line) });
    logger.debug('hidden');
    logger.warn('shown', { code: 500 });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] as string)).toMatchObject({ level: 'warn', event: 'shown', cluster: 'a', code: 500 });
  });

  it('takes an unknown level for warn', () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'loud', write: (line) => lines.push(line) });
    logger.info('hidden');
    logger.error('shown');
    expect(lines).toHaveLength(1);
  });
});
