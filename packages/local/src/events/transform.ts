import { isObject } from '#text';
import type { RuleTarget } from './rules.ts';

/** An event as EventBridge brings it. https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, in seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/**
 * What a target gets of an event, as text: `Input`, a part, the filled template, or the whole event.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 * @param now milliseconds since the epoch, when the event came
 */
export function inputFor(
  target: RuleTarget,
  event: BusEvent,
  rule: { arn: string; name: string },
  now: number,
): string {
  const { Input, InputPath, InputTransformer } = target;
  if (Input !== undefined) return Input;
  if (InputPath !== undefined) return JSON.stringify(valueAt(event, InputPath) ?? null);
  if (InputTransformer === undefined) return JSON.stringify(event);
  const { detail: _, ...rest } = event;
  const values = new Map<string, unknown>([
    ['aws.events.rule-arn', rule.arn],
    ['aws.events.rule-name', rule.name],
    ['aws.events.event.ingestion-time', new Date(now).toISOString()],
    ['aws.events.event', rest],
    ['aws.events.event.json', event],
  ]);
  for (const [name, path] of Object.entries(InputTransformer.InputPathsMap)) values.set(name, valueAt(event, path));
  return fill(InputTransformer.InputTemplate, values);
}

/**
 * Replaces `<name>`. Inside quotes a text is written as it is and everything else as JSON, both escaped; outside, everything is JSON. A
 * variable whose path leads nowhere is left out inside quotes, and is null outside.
 */
function fill(template: string, values: ReadonlyMap<string, unknown>): string {
  let quoted = false;
  return template.replace(/\\.|"|<([A-Za-z0-9_.-]+)>/g, (whole: string, name: string | undefined) => {
    if (whole === '"') quoted = !quoted;
    if (name === undefined || !values.has(name)) return whole;
    const value = values.get(name);
    if (!quoted) return JSON.stringify(value ?? null);
    if (value === undefined) return '';
    return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1);
  });
}

/** EventBridge's part of JSONPath: `$.detail.items[0].name`, `$.detail.items[*].name`, `$['detail-type']`. */
export function valueAt(value: unknown, path: string): unknown {
  const steps = [...path.matchAll(/\.([A-Za-z0-9_/-]+)|\[(\d+|\*)\]|\[['"]([^'"]+)['"]\]/g)];
  let many = false;
  const found = steps.reduce<unknown[]>(
    (values, [, dotted, index, quoted]) => {
      const key = dotted ?? quoted;
      if (key !== undefined) {
        return values.flatMap((one) => (isObject(one) && Object.hasOwn(one, key) ? [one[key]] : []));
      }
      if (index !== '*')
        return values.flatMap((one) => (Array.isArray(one) ? one.slice(Number(index)).slice(0, 1) : []));
      many = true;
      return values.flatMap((one) => (Array.isArray(one) ? one : []));
    },
    [value],
  );
  return many ? found : found[0];
}
