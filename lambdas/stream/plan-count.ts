/**
 * Somebody came or went in a large conversation: a count of who is online is planned, by a message that the queue gives out after a pause.
 * The message is sent first and noted then. If this dies in between, the stream brings the change again. A second message does no harm: it
 * finds that somebody has counted since.
 */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { InboxRow } from '../chat/inbox.ts';
import { type CountJob, isCountPlanned, pauseBeforeCount } from '../chat/online-count.ts';
import { sdkCallLimits } from '../runtime/call-limits.ts';
import type { Services } from '../runtime/services.ts';
import { type ConversationState, getConversationState, type OnlineCount } from '../store/conversation-state.ts';
import { noteCountPlanned } from '../store/online-count.ts';

/** What `notify` needs besides the services of all functions. */
export interface StreamServices extends Services {
  /** Its messages ask for counts. */
  readonly counts: { readonly client: SQSClient; readonly url: string };
}

export function openCounts(environment: NodeJS.ProcessEnv): StreamServices['counts'] {
  const { COUNT_QUEUE_URL: url } = z.parse(z.object({ COUNT_QUEUE_URL: z.string() }), environment);
  return { client: new SQSClient(sdkCallLimits), url };
}

type Planner = Pick<StreamServices, 'table' | 'now' | 'counts'>;

/** What this process is planning, by conversation. */
const planning = new Map<string, Promise<void>>();

/** Plans a count unless one is planned that will see this change. @param state if the caller has read it already */
export async function planCount(
  services: Planner,
  conversation: string,
  state?: Pick<ConversationState, 'presence'>,
): Promise<void> {
  const { presence } = state ?? (await getConversationState(services, conversation));
  if (isCountPlanned(presence, services.now())) return;
  // A batch has the changes of many users. One plan is enough, because its count comes later than all of them.
  const plan = planning.get(conversation) ?? planNow(services, conversation, presence);
  planning.set(conversation, plan);
  await plan.finally(() => planning.delete(conversation));
}

async function planNow(services: Planner, conversation: string, presence: OnlineCount | undefined): Promise<void> {
  const now = services.now();
  // A count that is just about to begin may miss this change: the next one comes a whole pause after it.
  const due = Math.max(now, presence?.due ?? 0) + pauseBeforeCount(presence) * 1_000;
  const { client, url: QueueUrl } = services.counts;
  const job: CountJob = { conversation, asked: now, due };
  const DelaySeconds = Math.ceil((due - now) / 1_000);
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(job), DelaySeconds }));
  await noteCountPlanned(services, conversation, due);
}

/** A user came or went who receives all their conversations: a count in each that is large. */
export async function planCounts(services: StreamServices, inbox: readonly Pick<InboxRow, 'state'>[]): Promise<void> {
  const large = inbox.map(({ state }) => state).filter(({ presence }) => presence !== undefined);
  await Promise.all(large.map((state) => planCount(services, state.conversation, state)));
}
