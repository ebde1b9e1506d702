import type { FunctionConfig } from './function-config.ts';

/**
 * The lines that Lambda writes around an invocation, as text or JSON.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
export function startLine({ jsonLogs }: FunctionConfig, requestId: string, time: number): string {
  if (jsonLogs) return platformLine(time, 'platform.start', { requestId, version: '$LATEST' });
  return `START RequestId: ${requestId} Version: $LATEST\n`;
}

/** Without the memory used, which is not known for a thread. */
export function reportLine(
  { jsonLogs, memoryMegabytes }: FunctionConfig,
  run: { requestId: string; time: number; milliseconds: number; ok: boolean },
): string {
  const { requestId, time, ok } = run;
  const durationMs = Number(run.milliseconds.toFixed(2));
  const billedDurationMs = Math.ceil(run.milliseconds);
  if (jsonLogs) {
    const metrics = { durationMs, billedDurationMs, memorySizeMB: memoryMegabytes };
    return platformLine(time, 'platform.report', { requestId, status: ok ? 'success' : 'error', metrics });
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
