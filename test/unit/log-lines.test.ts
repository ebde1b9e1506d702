import { Logger } from '@aws-lambda-powertools/logger';
import { afterEach, expect, it, vi } from 'vitest';
import { openLog } from '#lambdas/runtime/log';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Runs something and returns the lines that it writes, without their times. */
function linesOf(run: () => void): unknown[] {
  const lines: unknown[] = [];
  const write = (text: string | Uint8Array) => {
    const { timestamp, ...fields } = JSON.parse(String(text));
    expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    lines.push(fields);
    return true;
  };
  const streams = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  for (const stream of streams) stream.mockImplementation(write);
  run();
  for (const stream of streams) stream.mockRestore();
  return lines;
}

it('log lines have the fields of Powertools’ Logger', () => {
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'socket');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
  vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=1;Sampled=1');
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
    log.info('refused', { reason: 'why', empty: '', none: null, _aws: { Metrics: [1] }, Errors: 1 });
    log.warn('post failed', { error });
    log.error('unexpected', { error: loop, big: 5n });
    log.resetKeys();
    log.error('without keys');
  });
  const ours = linesOf(() => {
    const log = openLog();
    log.setKeys(keys);
    log.info('refused', { reason: 'why', empty: '', none: null, _aws: { Metrics: [1] }, Errors: 1 });
    log.warn('post failed', { error });
    log.error('unexpected', { error: loop, big: 5n });
    log.setKeys({});
    log.error('without keys');
  });
  expect(ours).toEqual(theirs);
  expect(ours).toHaveLength(4);
});

it('lines below the level are not written', () => {
  const lines = linesOf(() => {
    const log = openLog({ POWERTOOLS_SERVICE_NAME: 'socket', POWERTOOLS_LOG_LEVEL: 'ERROR' });
    log.info('quiet');
    log.warn('quiet');
    log.error('loud');
  });
  expect(lines).toEqual([{ level: 'ERROR', message: 'loud', service: 'socket', sampling_rate: 0 }]);
});
