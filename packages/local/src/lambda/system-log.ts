import type { FunctionConfig } from './function-config.ts';

/**
 * The lines that Lambda writes around an invocation, as text or JSON. Of JSON, `SystemLogLevel: WARN` leaves only the reports of failures.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 * Levels: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
export function startLine({ jsonLogs, systemLogLevel }: FunctionConfig, requestId: string, time: number): string {
  if (!jsonLogs) return `START RequestId: ${requestId} Version: $LATEST\n`;
  if (systemLogLevel === 'WARN') return '';
  return platformLine(time, 'platform.start', { requestId, version: '$LATEST' });
}

/** Without the memory used, which is not known for a thread. */
export function reportLine(
  { jsonLogs, systemLogLevel, memoryMegabytes }: FunctionConfig,
  run: { requestId: string; time: number; milliseconds: number; status: 'success' | 'error' | 'timeout' },
): string {
  const { requestId, time, status } = run;
  const durationMs = Number(run.milliseconds.toFixed(2));
  const billedDurationMs = Math.ceil(run.milliseconds);
  if (jsonLogs) {
    if (systemLogLevel === 'WARN' && status === 'success') return '';
    const metrics = { durationMs, billedDurationMs, memorySizeMB: memoryMegabytes };
    return platformLine(time, 'platform.report', { requestId, status, metrics });
  }
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedDurationMs} ms`,
    `Memory Size: ${memoryMegabytes} MB`,
  ];
  return `END RequestId: ${requestId}\n${fields.join('\t')}\t\n`;
}

function platformLine(time: number, type: string, record: Record<string, unknown>): string {
  return `${JSON.stringify({ time: new Date(time).toISOString(), type, record })}\n`;
}
