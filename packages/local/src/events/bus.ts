import { randomUUID } from 'node:crypto';
import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import type { Topics } from '#sns/start';
import type { Targets } from '#targets/targets';
import { isObject, parseJson } from '#text';
import { deliver } from './deliver.ts';
import { busArns, type Rule, type RuleTarget } from './rules.ts';
import { type BusEvent, inputFor } from './transform.ts';

/** What the sender of an event says. */
export type EventParts = Pick<BusEvent, 'source' | 'detail-type' | 'resources' | 'detail'>;

export interface Bus {
  /** Brings an event to the rules of a bus. @param time milliseconds since the epoch @returns the event's id */
  put(busArn: string, parts: EventParts, time: number): Promise<string>;
  /** Brings an event of its schedule to a rule's targets. @param time of the schedule, in milliseconds since the epoch */
  fire(rule: Rule, time: number): Promise<void>;
}

/** @param rules the rules now: another list after a reload */
export function createBus(
  context: Context,
  to: { targets: Targets; topics: Topics },
  rules: () => readonly Rule[],
): Bus {
  const complete = (parts: EventParts, time: number): BusEvent => ({
    version: '0',
    id: randomUUID(),
    'detail-type': parts['detail-type'],
    source: parts.source,
    account: context.stack.account,
    time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: context.stack.region,
    resources: parts.resources,
    detail: parts.detail,
  });
  /** @param passed the buses that the event was on, so that it does not go round for ever */
  const route = async (busArn: string, event: BusEvent, passed: readonly string[]): Promise<void> => {
    for (const rule of rules()) {
      if (rule.busArn !== busArn || !rule.matches?.(event)) continue;
      context.counters.count('events.matched');
      for (const target of rule.targets) await send(rule, target, event, [...passed, busArn]);
    }
  };
  const send = (rule: Rule, target: RuleTarget, event: BusEvent, passed: readonly string[]) => {
    const principal: Principal = { kind: 'service', service: 'events.amazonaws.com', arn: rule.arn };
    const forward = async (busArn: string, text: string) => {
      if (!busArns(context.stack).includes(busArn)) throw new Error(`the stack has no event bus ${busArn}`);
      const changed = parseJson(text);
      if (!passed.includes(busArn)) await route(busArn, isObject(changed) ? { ...event, ...changed } : event, passed);
    };
    const delivery = {
      targetArn: target.Arn,
      text: inputFor(target, event, rule, context.clock.now()),
      groupId: target.SqsParameters?.MessageGroupId,
      deadLetterArn: target.DeadLetterConfig?.Arn,
      from: rule.arn,
    };
    return deliver(context, { ...to, forward }, delivery, principal);
  };
  return {
    async put(busArn, parts, time) {
      const event = complete(parts, time);
      await route(busArn, event, []);
      return event.id;
    },
    async fire(rule, time) {
      const parts = { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [rule.arn], detail: {} };
      const event = complete(parts, time);
      for (const target of rule.targets) await send(rule, target, event, []);
    },
  };
}
