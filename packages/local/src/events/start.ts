import { z } from 'zod';
import { overHttp } from '#answer';
import type { Stack } from '#assembly/stack';
import { AwsError } from '#aws-json/aws-error';
import { type AwsJsonCall, serveAwsJson } from '#aws-json/serve-aws-json';
import type { Context, Service } from '#context';
import type { Principal } from '#iam/access-keys';
import type { Topics } from '#sns/start';
import type { Targets } from '#targets/targets';
import { parseJson } from '#text';
import { createBus, type EventParts } from './bus.ts';
import { readCreated } from './created.ts';
import { fireSchedule } from './fire-schedule.ts';
import { Entry, entryError, maxBytes, maxEntries, sizeOf } from './put-events.ts';
import { busArn, busArns, readRules } from './rules.ts';
import { readSchedules } from './schedules.ts';
import { startTimetable, type Timetable } from './timetable.ts';

/** The account's buses, for services inside the runtime. */
export interface Events extends Service {
  /** Brings an event of AWS itself to the rules of the default bus. */
  emit(event: EventParts): Promise<void>;
  /** Brings an event of this principal to the rules of a bus. @throws Error when it lacks `events:PutEvents` */
  putAs(busArn: string, event: EventParts, principal: Principal): Promise<void>;
  /** Reads rules and schedules again after the stack has changed. @throws BrokenStack */
  reload(): Promise<void>;
}

const OfBus = z.looseObject({ EventBusName: z.string().default('default') });
const Put = z.looseObject({ Entries: z.array(Entry).min(1).max(maxEntries) });

/**
 * EventBridge under `/_aws/events`: the template's rules and schedules, PutEvents and ListRules.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html
 * @throws BrokenStack
 */
export async function startEvents(context: Context, to: { targets: Targets; topics: Topics }): Promise<Events> {
  const { clock, counters } = context;
  const read = (stack: Stack) => ({ rules: readRules(stack), schedules: readSchedules(stack) });
  let current = read(context.stack);
  const bus = createBus(context, to, () => current.rules);
  let timetable: Timetable | undefined;

  /** Costs nothing without schedules. */
  const startTimes = async () => {
    timetable?.stop();
    timetable = undefined;
    const timed = current.rules.flatMap((rule) => (rule.schedule ? [{ rule, ...rule, schedule: rule.schedule }] : []));
    if (timed.length + current.schedules.length === 0) return;
    const created = await readCreated(context, [...timed, ...current.schedules]);
    timetable = startTimetable(context, [
      ...timed.map(({ rule, logicalId, schedule }) => ({
        logicalId,
        schedule,
        created: created(rule.arn),
        fire(time: number) {
          counters.count('events.fired');
          return bus.fire(rule, time);
        },
      })),
      ...current.schedules.map((one) => ({
        logicalId: one.logicalId,
        schedule: one.schedule,
        created: created(one.arn),
        fire: (time: number) => fireSchedule(context, { ...to, bus }, one, time),
      })),
    ]);
  };

  const putEvents = async ({ input, signer }: AwsJsonCall): Promise<object> => {
    const { Entries } = Put.parse(input);
    if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > maxBytes) {
      throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
    }
    for (const { EventBusName, Source = '', DetailType = '' } of Entries) {
      const conditions = { 'events:source': Source, 'events:detail-type': DetailType };
      const arn = busArn(context.stack, EventBusName);
      const decision = context.policies.authorize(signer(), 'events:PutEvents', arn, conditions);
      if (!decision.allowed) throw new AwsError('AccessDeniedException', decision.message);
    }
    counters.count('events.PutEvents');
    const results: object[] = [];
    for (const entry of Entries) results.push(entryError(entry) ?? { EventId: await put(entry) });
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  };
  const put = ({ Source = '', DetailType = '', Detail = '', Resources, Time, EventBusName }: Entry) => {
    const arn = busArn(context.stack, EventBusName);
    // As on AWS, an event for a bus that does not exist is accepted and lost.
    if (!busArns(context.stack).includes(arn)) context.log(`an event was put on ${arn}, which the stack does not have`);
    const parts = { source: Source, 'detail-type': DetailType, resources: Resources, detail: parseJson(Detail) };
    return bus.put(arn, parts, Time === undefined ? clock.now() : Time * 1000);
  };
  const listRules = ({ input, authorize }: AwsJsonCall): object => {
    const { EventBusName } = OfBus.parse(input);
    const arn = busArn(context.stack, EventBusName);
    authorize('events:ListRules', arn);
    const listed = current.rules.filter((rule) => rule.busArn === arn);
    return { Rules: listed.map(({ name: Name, arn: Arn }) => ({ Name, Arn, State: 'ENABLED', EventBusName })) };
  };

  await startTimes();
  const answer = serveAwsJson(context, {
    signingName: 'events',
    targetPrefix: 'AWSEvents.',
    version: '1.1',
    maxBodyBytes: 8 * 1024 * 1024,
    errors: { invalid: (error) => new AwsError('ValidationException', z.prettifyError(error)) },
    async run(call) {
      if (call.operation === 'PutEvents') return { body: await putEvents(call) };
      if (call.operation === 'ListRules') return { body: listRules(call) };
      throw call.notServed();
    },
  });
  return {
    answer,
    handle: overHttp(answer),
    async emit(event) {
      await bus.put(busArn(context.stack, 'default'), event, clock.now());
    },
    async putAs(arn, event, principal) {
      const decision = context.policies.authorize(principal, 'events:PutEvents', arn);
      if (!decision.allowed) throw new Error(decision.message);
      await bus.put(arn, event, clock.now());
    },
    async reload() {
      current = read(context.stack);
      await startTimes();
    },
    async stop() {
      timetable?.stop();
    },
  };
}
