import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, expect, it, vi } from 'vitest';
import { openLog } from '#lambdas/runtime/log';
import { chatMetrics } from '#lambdas/runtime/metric-names';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const withoutLocation = (key: string, value: unknown) => (key === 'location' ? undefined : value);

/** Runs something and returns the lines that it writes, without their times. */
function linesOf(run: () => void): unknown[] {
  const lines: unknown[] = [];
  const write = (text: string | Uint8Array) => {
    // Powertools' Logger also says that nothing is sampled, and where an error was made, which its stack says first.
    const { timestamp, _aws: counted, sampling_rate: _, ...fields } = JSON.parse(String(text), withoutLocation);
    if (timestamp !== undefined) expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    if (counted?.Timestamp !== undefined) expect(counted.Timestamp).toBeGreaterThan(Date.UTC(2026));
    lines.push(counted === undefined ? fields : { ...fields, _aws: { ...counted, Timestamp: 0 } });
    return true;
  };
  const streams = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  for (const stream of streams) stream.mockImplementation(write);
  run();
  for (const stream of streams) stream.mockRestore();
  return lines;
}

/** What Powertools' Metrics writes for one error. */
function counted(metric: string, dimension: string, value: string): Record<string, unknown> {
  const metrics = new Metrics({ namespace: 'Parley' });
  metrics.clearDefaultDimensions();
  metrics.addDimension(dimension, value);
  metrics.addMetric(metric, 'Count', 1);
  return { ...metrics.serializeMetrics() };
}

it('log lines have the fields of Powertools’ Logger', () => {
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'socket');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
  vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=1;Sampled=1;Lineage=1:2');
  const keys = { requestId: 'r', route: '$connect', user: undefined };
  const cause = new Error('inside');
  const error = Object.assign(new TypeError('outside', { cause }), { code: 'E', $metadata: { attempts: 2 } });
  const request: { self?: object } = {};
  request.self = request;
  const loop = Object.assign(new Error('loop'), { request });

  const theirs = linesOf(() => {
    const log = new Logger();
    log.resetKeys();
    log.appendKeys(keys);
    log.info('refused', { reason: 'why', empty: '', none: null, ...counted('Refusals', 'code', 'forbidden') });
    log.warn('post failed', { error });
    log.appendKeys({ conversation: 'alice_bob' });
    // Logger has the service in every line anyway.
    const { service, ...faults } = counted('Faults', 'service', 'socket');
    log.error('unexpected', { error: loop, big: 5n, ...faults });
    log.resetKeys();
    log.info('without keys');
  });
  const ours = linesOf(() => {
    const log = openLog();
    log.setKeys(keys);
    log.refused('forbidden', 'why');
    log.warn('post failed', { error, empty: '', none: null });
    log.addKeys({ conversation: 'alice_bob' });
    log.error('unexpected', { error: loop, big: 5n });
    log.setKeys({});
    log.info('without keys');
  });
  expect(ours).toEqual(theirs);
  expect(ours).toHaveLength(4);
});

it('a metric is a duration if its name ends so', () => {
  for (const [name, unit] of Object.entries(chatMetrics)) expect(unit === 'Milliseconds').toBe(name.endsWith('Time'));
});

it('what an event has counted is one line, as Powertools’ Metrics writes it, and is counted once', () => {
  const theirs = linesOf(() => {
    const metrics = new Metrics({ namespace: 'Parley/Acme' });
    metrics.clearDefaultDimensions();
    metrics.addMetric('MessagesStored', 'Count', 1);
    metrics.addMetric('MessagesDelivered', 'Count', 5);
    metrics.addMetric('DeliveryTime', 'Milliseconds', 30);
    metrics.addMetric('DeliveryTime', 'Milliseconds', 31.5);
    metrics.addMetadata('requestId', 'r');
    process.stdout.write(JSON.stringify(metrics.serializeMetrics()));
  });
  const ours = linesOf(() => {
    const log = openLog({ POWERTOOLS_METRICS_NAMESPACE: 'Parley/Acme' });
    log.setKeys({ requestId: 'r' });
    log.count('MessagesStored');
    log.count('MessagesDelivered', 2);
    log.with({ record: '1' }).count('MessagesDelivered', 3);
    log.count('DeliveryTime', 30);
    log.count('DeliveryTime', 31.5);
    log.writeCounts();
    log.writeCounts();
  });
  const withDimensions = JSON.stringify(theirs).replace('"Dimensions":[]', '"Dimensions":[[]]');
  expect(ours).toEqual(JSON.parse(withDimensions));
});

it('records that run at once have lines of their own', () => {
  const lines = linesOf(() => {
    const log = openLog({ POWERTOOLS_SERVICE_NAME: 'notify' });
    log.setKeys({ requestId: 'r' });
    const [first, second] = [log.with({ record: '1' }), log.with({ record: '2' })];
    first.addKeys({ user: 'alice' });
    second.addKeys({ user: 'bob' });
    first.info('first');
    second.info('second');
    log.info('both');
  });
  expect(lines).toMatchObject([
    { message: 'first', requestId: 'r', record: '1', user: 'alice' },
    { message: 'second', requestId: 'r', record: '2', user: 'bob' },
    { message: 'both', requestId: 'r' },
  ]);
  expect(lines[2]).not.toHaveProperty('user');
});

it('the time since an event is counted from the moment at which it reached AWS', () => {
  const [line] = linesOf(() => {
    const log = openLog({});
    log.setKeys({}, Date.now() - 60_000);
    log.elapsed('DeliveryTime');
    log.setKeys({}, Date.now() + 60_000);
    log.elapsed('DeliveryTime');
    log.writeCounts();
  });
  // A clock of AWS that is ahead makes no negative times.
  expect(line).toMatchObject({ DeliveryTime: [expect.toSatisfy((ms: number) => ms >= 60_000), 0] });
});

it('an error does not bring somebody’s message into the log', () => {
  const Item = { text: { S: 'between us' } };
  const CancellationReasons = [{ Code: 'ConditionalCheckFailed', Item }];
  const lines = linesOf(() => {
    const log = openLog({});
    log.error('unexpected', { error: Object.assign(new Error('refused'), { Item }) });
    log.error('unexpected', { error: Object.assign(new Error('cancelled'), { CancellationReasons }) });
  });
  expect(lines).toMatchObject([{ error: { message: 'refused' } }, { error: { CancellationReasons: [{}] } }]);
  expect(JSON.stringify(lines)).not.toContain('between us');
});

it('lines below the level are not written', () => {
  const lines = linesOf(() => {
    const log = openLog({ POWERTOOLS_SERVICE_NAME: 'socket', POWERTOOLS_LOG_LEVEL: 'ERROR' });
    log.info('quiet');
    log.warn('quiet');
    log.error('loud');
  });
  expect(lines).toMatchObject([{ level: 'ERROR', message: 'loud', service: 'socket' }]);
});
