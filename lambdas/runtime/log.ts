/**
 * The functions' log: lines of JSON with the fields of Powertools' Logger, of which functions need this much. Loading that one took a fifth of
 * the time in which `authorize` starts.
 */
type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  /** Replaces the fields that every line has until the next call. */
  setKeys(keys: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

type Level = 'INFO' | 'WARN' | 'ERROR';
const levels: readonly string[] = ['INFO', 'WARN', 'ERROR', 'SILENT'];

/** @param environment `POWERTOOLS_SERVICE_NAME`; `POWERTOOLS_LOG_LEVEL`: lower levels are not written, default INFO */
export function openLog(environment: NodeJS.ProcessEnv = process.env): Log {
  const { POWERTOOLS_SERVICE_NAME: service, POWERTOOLS_LOG_LEVEL: level = 'INFO' } = environment;
  const lowest = levels.indexOf(level);
  let keys: Fields = {};

  function write(level: Level, message: string, fields: Fields): void {
    if (levels.indexOf(level) < lowest) return;
    // `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=…;Sampled=1`
    const trace = environment._X_AMZN_TRACE_ID?.split(';')[0]?.replace('Root=', '');
    const common = { level, message, timestamp: new Date().toISOString(), service, sampling_rate: 0 };
    const line = toLine({ ...common, xray_trace_id: trace, ...keys, ...fields });
    (level === 'INFO' ? process.stdout : process.stderr).write(`${line}\n`);
  }

  return {
    setKeys(next) {
      keys = next;
    },
    info: (message, fields = {}) => write('INFO', message, fields),
    warn: (message, fields = {}) => write('WARN', message, fields),
    error: (message, fields = {}) => write('ERROR', message, fields),
  };
}

/** Leaves out what is empty, and what occurs a second time: an error may contain itself. */
function toLine(fields: Fields): string {
  const filled = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const seen = new WeakSet();
  return JSON.stringify(Object.fromEntries(filled), (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return undefined;
    seen.add(value);
    return value instanceof Error ? describe(value) : value;
  });
}

function describe(error: Error): object {
  const { name, message, stack, cause } = error;
  const [, file, line] = /\(([^()]*?):(\d+):\d+\)$/m.exec(stack ?? '') ?? [];
  const location = file === undefined ? '' : `${file}:${line}`;
  return { ...error, name, location, message, stack, cause };
}
