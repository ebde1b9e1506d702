import type { SQSClient } from '@aws-sdk/client-sqs';
import { sdkCallLimits } from './call-limits.ts';

export interface Queue {
  /** @param delay seconds after which it is given out, at most 900 */
  send(body: unknown, delay?: number): Promise<void>;
  /** Sends many, ten with one request. @throws Error when one of them was not taken: others may be in the queue */
  sendAll(bodies: readonly unknown[]): Promise<void>;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html; bytes of all messages together */
export const batchLimits = { count: 10, bytes: 262_144 };

/** A queue of SQS. The SDK is loaded with the first message, because most events send none. */
export function openQueue(url: string): Queue {
  let open: Promise<typeof import('@aws-sdk/client-sqs') & { readonly client: SQSClient }> | undefined;
  const sdk = () => {
    open ??= import('@aws-sdk/client-sqs').then((sqs) => ({ ...sqs, client: new sqs.SQSClient(sdkCallLimits) }));
    return open;
  };

  async function sendBatch(texts: readonly string[]): Promise<void> {
    const { client, SendMessageBatchCommand } = await sdk();
    const Entries = texts.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    const [first] = Failed;
    if (first) throw new Error(`unable to queue ${Failed.length} of ${texts.length} messages; ${first.Message}`);
  }

  return {
    async send(body, delay = 0) {
      const { client, SendMessageCommand } = await sdk();
      const command = new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(body), DelaySeconds: delay });
      await client.send(command);
    },
    async sendAll(bodies) {
      await Promise.all(toBatches(bodies.map((body) => JSON.stringify(body))).map(sendBatch));
    },
  };
}

/** Divides texts into as few batches as SQS takes, in their order. */
export function toBatches(texts: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const text of texts) {
    const size = Buffer.byteLength(text);
    const last = batches.at(-1);
    if (last && last.length < batchLimits.count && bytes + size <= batchLimits.bytes) {
      last.push(text);
      bytes += size;
    } else {
      batches.push([text]);
      bytes = size;
    }
  }
  return batches;
}
