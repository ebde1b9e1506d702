import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { sdkCallLimits } from '../runtime/call-limits.ts';
import { openLog } from '../runtime/log.ts';
import { openTable, type Services } from '../runtime/services.ts';

const Environment = z.object({ TABLE_NAME: z.string(), PUSH_QUEUE_URL: z.string() });

/** Services that planning and sending share. */
export interface PushServices extends Pick<Services, 'table' | 'now' | 'log'> {
  readonly queue: { readonly client: SQSClient; readonly url: string };
}

export function openPushServices(environment: NodeJS.ProcessEnv): PushServices {
  const { TABLE_NAME, PUSH_QUEUE_URL } = z.parse(Environment, environment);
  return {
    table: openTable(TABLE_NAME),
    queue: { client: new SQSClient(sdkCallLimits), url: PUSH_QUEUE_URL },
    log: openLog(),
    now: Date.now,
  };
}
