/**
 * "Tell these users of this message": left by the sender only when somebody watches a notification socket, so that a message
 * nobody watches costs nothing more, and read from the table's stream, which neither forgets nor holds up the sender.
 *
 * key    pk `CONV#<conversation>`  sk `NOTICE#<seq>`, in a large conversation one for each chunk: `NOTICE#<seq>#<part>`
 * holds  users; expires by TTL
 */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Services } from '../runtime/services.ts';
import type { Item } from './item.ts';

export interface NotificationMarker {
  readonly conversation: string;
  readonly seq: number;
  readonly users: readonly string[];
  /** Which chunk of the members these are of; the same chunk again replaces its notice, which nobody is told of. */
  readonly part?: number | undefined;
}

const NoticeItem = z.object({ pk: z.string(), sk: z.string(), users: z.array(z.string()) });

/** Seconds; the stream keeps its records for 24 hours. */
const lifetime = 86_400;

export function toNotificationMarker(item: Item): NotificationMarker {
  const { pk, sk, users } = z.parse(NoticeItem, item);
  const [, seq, part] = sk.split('#');
  return {
    conversation: pk.slice('CONV#'.length),
    seq: Number(seq),
    users,
    ...(part === undefined ? {} : { part: Number(part) }),
  };
}

export async function putNotificationMarker(
  { table, now }: Pick<Services, 'table' | 'now'>,
  notice: NotificationMarker,
): Promise<void> {
  await table.client.send(
    new PutCommand({
      TableName: table.name,
      Item: {
        pk: `CONV#${notice.conversation}`,
        sk: `NOTICE#${notice.seq}${notice.part === undefined ? '' : `#${notice.part}`}`,
        users: notice.users,
        expires: Math.ceil(now() / 1000) + lifetime,
      },
    }),
  );
}
