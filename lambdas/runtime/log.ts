/**
 * The functions' log: lines of JSON with the fields of Powertools' Logger, as far as they say something. Loading that one took a fifth of
 * the time in which `authorize` starts. Some lines are metrics, too: metrics.ts.
 */
import type { ErrorCode } from '#protocol/errors';
import type { ChatMetric } from './metric-names.ts';
import { oneError, openCounts } from './metrics.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  /**
   * Begins an event: replaces the fields that every line has until the next call.
   * @param received ms; when the event reached AWS
   */
  setKeys(keys: Fields, received?: number): void;
  /** Adds fields to every line of the event. */
  addKeys(keys: Fields): void;
  /** The same log for one of several records that run at once: it has more fields, and those that it gets are its own. */
  with(keys: Fields): Log;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  /** Counts as a fault of ours, which rings an alarm. */
  error(message: string, fields?: Fields): void;
  /** What a caller was refused, and why. Counts by its code. */
  refused(code: ErrorCode, reason: string): void;
  /** Counts something that happened. @param value default 1; ms for a duration */
  count(metric: ChatMetric, value?: number): void;
  /** Counts the ms since the event reached AWS. */
  elapsed(metric: ChatMetric): void;
  /** Writes what was counted, in one line. */
  writeCounts(): void;
}

type Level = 'INFO' | 'WARN' | 'ERROR';
const levels: readonly string[] = ['INFO', 'WARN', 'ERROR', 'SILENT'];

/**
 * @param environment `POWERTOOLS_SERVICE_NAME`; `POWERTOOLS_LOG_LEVEL`: lower levels are not written, default INFO;
 *   `POWERTOOLS_METRICS_NAMESPACE`, default `Parley`
 */
export function openLog(environment: NodeJS.ProcessEnv = process.env): Log {
  const {
    POWERTOOLS_SERVICE_NAME: service = '',
    POWERTOOLS_LOG_LEVEL: level = 'INFO',
    POWERTOOLS_METRICS_NAMESPACE: namespace = 'Parley',
  } = environment;
  const lowest = levels.indexOf(level);
  const counts = openCounts(namespace);
  let since = Date.now();

  const open = (inherited: () => Fields): Log => {
    let own: Fields = {};
    const keys = () => ({ ...inherited(), ...own });
    const write = (level: Level, message: string, fields?: Fields) => {
      if (levels.indexOf(level) < lowest) return;
      const common = { level, message, timestamp: new Date().toISOString(), service };
      writeLine({ ...common, xray_trace_id: traceOf(environment), ...keys(), ...fields });
    };
    return {
      setKeys(next, received = Date.now()) {
        own = next;
        since = received;
      },
      addKeys(more) {
        own = { ...own, ...more };
      },
      with(more) {
        const log = open(keys);
        log.addKeys(more);
        return log;
      },
      info: (message, fields) => write('INFO', message, fields),
      warn: (message, fields) => write('WARN', message, fields),
      error: (message, fields) => write('ERROR', message, { ...fields, ...oneError(namespace, 'Faults', 'service') }),
      refused: (code, reason) => write('INFO', 'refused', { reason, code, ...oneError(namespace, 'Refusals', 'code') }),
      count: (metric, value = 1) => counts.add(metric, value),
      elapsed: (metric) => counts.add(metric, Math.max(0, Date.now() - since)),
      writeCounts() {
        // Without level, time and service, which such a line has from Lambda and from its stream: there is one for each message.
        const line = counts.take();
        if (line) writeLine({ ...line, xray_trace_id: traceOf(environment), ...keys() });
      },
    };
  };
  return open(() => ({}));
}

/**
 * The event's trace, if it is recorded: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=…;Sampled=1;Lineage=…`
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
function traceOf({ _X_AMZN_TRACE_ID: trace }: NodeJS.ProcessEnv): string | undefined {
  return /^Root=([^;]+).*;Sampled=1\b/.exec(trace ?? '')?.[1];
}

/**
 * Leaves out what is empty, and what occurs a second time: an error may contain itself. Also the item that DynamoDB returns with a refused write:
 * it may be somebody's message.
 */
function writeLine(fields: Fields): void {
  const filled = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const seen = new WeakSet();
  const line = JSON.stringify(Object.fromEntries(filled), (key, value: unknown) => {
    if (key === 'Item') return undefined;
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return undefined;
    seen.add(value);
    return value instanceof Error ? describe(value) : value;
  });
  process.stdout.write(`${line}\n`);
}

function describe(error: Error): object {
  const { name, message, stack, cause } = error;
  return { ...error, name, message, stack, cause };
}
