import type { SQSClient } from '@aws-sdk/client-sqs';
import { sdkCallLimits } from './call-limits.ts';

export interface Queue {
  /** @param delay seconds after which it is given out, at most 900 */
  send(body: unknown, delay?: number): Promise<void>;
}

/** A queue of SQS. The SDK is loaded with the first message, because most events send none. */
export function openQueue(url: string): Queue {
  let open:
    | Promise<{ readonly client: SQSClient; readonly Command: typeof import('@aws-sdk/client-sqs').SendMessageCommand }>
    | undefined;
  return {
    async send(body, delay = 0) {
      open ??= import('@aws-sdk/client-sqs').then(({ SQSClient, SendMessageCommand }) => ({
        client: new SQSClient(sdkCallLimits),
        Command: SendMessageCommand,
      }));
      const { client, Command } = await open;
      await client.send(new Command({ QueueUrl: url, MessageBody: JSON.stringify(body), DelaySeconds: delay }));
    },
  };
}
