import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { AccountJobMessage } from '#lambdas/chat/account-jobs';
import type { Operated } from './connect.ts';

/** Seconds for which nobody else receives what is being looked at. */
const hidden = 60;

/** What was given up, without what people wrote. */
export interface DeadLetter {
  readonly message: Message;
  /** ms; when it was sent first */
  readonly sent: number;
  readonly what: string;
  /** A job that goes on from its place when its message comes again. Everything else is of no use so late: clients have asked for what they missed. */
  readonly job: AccountJobMessage | undefined;
}

const StreamRecords = z.object({
  requestContext: z.object({ functionArn: z.string(), condition: z.string() }),
  DDBStreamBatchInfo: z.object({
    batchSize: z.number(),
    shardId: z.string(),
    startSequenceNumber: z.string(),
    approximateArrivalOfFirstRecord: z.string(),
  }),
});
const Invocation = z.object({
  requestContext: z.object({ functionArn: z.string(), condition: z.string() }),
  requestPayload: z.looseObject({}),
});
const OfConversation = z.looseObject({ conversation: z.string() });

/** Receives what is in a queue, once. Nothing is deleted: after a minute it is there again. */
export async function readDeadLetters({ sqs }: Operated, QueueUrl: string): Promise<DeadLetter[]> {
  const found = new Map<string, DeadLetter>();
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: hidden,
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    if (Messages.length === 0) return [...found.values()];
    for (const message of Messages) found.set(message.MessageId ?? '', describe(message));
  }
}

/** Sends account jobs to their queue again. @param drop deletes all others */
export async function redrive(
  { sqs, outputs }: Operated,
  QueueUrl: string,
  letters: readonly DeadLetter[],
  drop: boolean,
): Promise<{ redriven: number; dropped: number }> {
  let [redriven, dropped] = [0, 0];
  for (const { message, job } of letters) {
    const { ReceiptHandle } = message;
    if (job) {
      await sqs.send(new SendMessageCommand({ QueueUrl: outputs.AccountQueueUrl, MessageBody: message.Body }));
      redriven += 1;
    } else if (drop) dropped += 1;
    else {
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
      continue;
    }
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  return { redriven, dropped };
}

function describe(message: Message): DeadLetter {
  const body = parse(message.Body);
  const job = AccountJobMessage.safeParse(body).data;
  const sent = Number(message.Attributes?.SentTimestamp ?? 0);
  return { message, sent, job, what: job ? `the ${job.kind} of ${job.username}` : describeOther(body) };
}

function describeOther(body: unknown): string {
  const records = StreamRecords.safeParse(body).data;
  if (records) {
    const { batchSize, shardId, startSequenceNumber, approximateArrivalOfFirstRecord: at } = records.DDBStreamBatchInfo;
    const { functionArn, condition } = records.requestContext;
    return `${batchSize} changes of the table from ${at} for ${nameOf(functionArn)} (${condition}; ${shardId}, from ${startSequenceNumber})`;
  }
  const invocation = Invocation.safeParse(body).data;
  if (invocation) {
    return `an event of a large room for ${nameOf(invocation.requestContext.functionArn)} (${invocation.requestContext.condition})`;
  }
  const { conversation } = OfConversation.safeParse(body).data ?? {};
  return conversation === undefined ? 'a job of another kind' : `a job about ${conversation}`;
}

const nameOf = (arn: string): string => arn.split(':')[6] ?? arn;

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
