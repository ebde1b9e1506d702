import type { Stack } from '#assembly/stack';
import { isObject, parseJson } from '#text';
import { recordEmbedded } from './embedded-metrics.ts';
import { type MetricFilters, readMetricFilters } from './metric-filters.ts';
import type { MetricStore } from './metric-store.ts';

/** Gets what was written to a log group, and makes metrics of it: whole lines, one or several. */
export type ReadLog = (group: string, text: string) => void;

/** @param currentStack called for each text, because a reload replaces it */
export function createReadLog(store: MetricStore, currentStack: () => Stack): ReadLog {
  let read: { stack: Stack; filters: MetricFilters } | undefined;
  const filters = () => {
    const stack = currentStack();
    if (read?.stack !== stack) read = { stack, filters: readMetricFilters(stack) };
    return read.filters;
  };
  return (group, text) => {
    const own = filters().get(group) ?? [];
    if (own.length === 0 && !text.includes('"_aws"')) return;
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const json = line.startsWith('{') ? parseJson(line) : undefined;
      if (isObject(json) && json._aws !== undefined) recordEmbedded(store, json);
      for (const filter of own) filter(store, { text: line, json });
    }
  };
}
