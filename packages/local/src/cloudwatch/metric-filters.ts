import { z } from 'zod';
import { parseOrBroken } from '#assembly/broken-stack';
import type { Resource, Stack } from '#assembly/stack';
import { type LogLine, readFilterPattern, select } from '#logs/filter-pattern';
import type { MetricStore } from './metric-store.ts';

const Properties = z.object({
  LogGroupName: z.string(),
  FilterPattern: z.string(),
  MetricTransformations: z.array(
    z.object({
      MetricNamespace: z.string(),
      MetricName: z.string(),
      MetricValue: z.coerce.string(),
      Unit: z.string().optional(),
      Dimensions: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
    }),
  ),
});

/** Reads a line of a log group and records what it adds to a metric. */
export type MetricFilters = ReadonlyMap<string, readonly ((store: MetricStore, line: LogLine) => void)[]>;

/**
 * The template's metric filters, by the name of their log group.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-metricfilter.html
 */
export function readMetricFilters(stack: Stack): MetricFilters {
  const filters = new Map<string, ((store: MetricStore, line: LogLine) => void)[]>();
  for (const resource of stack.ofType('AWS::Logs::MetricFilter')) {
    if (unservedFilter(resource) !== undefined) continue;
    const { LogGroupName, FilterPattern, MetricTransformations } = propertiesOf(resource);
    const matches = readFilterPattern(FilterPattern);
    filters.set(LogGroupName, [
      ...(filters.get(LogGroupName) ?? []),
      (store, line) => {
        if (!matches(line)) return;
        for (const { MetricNamespace: namespace, MetricName: name, ...transformation } of MetricTransformations) {
          const value = numberOf(transformation.MetricValue, line);
          if (value === undefined) continue;
          const pairs = transformation.Dimensions.map(({ Key, Value }) => [Key, String(select(Value)(line.json))]);
          const dimensions = Object.fromEntries(pairs);
          store.record({ namespace, name, dimensions }, value, { unit: transformation.Unit });
        }
      },
    ]);
  }
  return filters;
}

/** Why a filter counts nothing here, in one sentence. Undefined: it does. */
export function unservedFilter(resource: Resource): string | undefined {
  try {
    readFilterPattern(propertiesOf(resource).FilterPattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function propertiesOf(resource: Resource) {
  return parseOrBroken(Properties, resource.properties, `serve the metric filter ${resource.logicalId}`);
}

/** A number, or what the line has there: `1`, `$.latency`. */
function numberOf(value: string, { json }: LogLine): number | undefined {
  const number = Number(value.startsWith('$') ? select(value)(json) : value);
  return Number.isFinite(number) ? number : undefined;
}
