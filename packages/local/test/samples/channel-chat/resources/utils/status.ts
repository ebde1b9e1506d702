import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const sqs = new SQSClient({});

/** Puts a change of somebody's status into the queue, from where it is broadcast. */
export async function announceStatus(userId: string, currentStatus: 'ONLINE' | 'OFFLINE'): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: process.env.STATUS_QUEUE_URL,
      MessageBody: JSON.stringify({ type: 'StatusChange', userId, currentStatus, eventDate: new Date() }),
      MessageAttributes: { Type: { StringValue: 'StatusUpdate', DataType: 'String' } },
    }),
  );
}
