/**
 * What may take a moment longer, or must not be forgotten, is driven by the table's stream: first snapshots, presence, notifications.
 * Lambda delivers records at least once and in order for each item; what fails is reported by its number and delivered again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { type Services, startServices } from '../runtime/services.ts';
import type { Item } from '../store/item.ts';
import { toNotice } from '../store/notice.ts';
import { toUser } from '../store/user.ts';
import { arrive } from './arrive.ts';
import { leave } from './leave.ts';
import { notice } from './notice.ts';

const Image = z.record(
  z.string(),
  z.custom<AttributeValue>((value) => typeof value === 'object' && value !== null),
);
const StreamEvent = z.object({
  Records: z.array(
    z.object({
      dynamodb: z.object({
        SequenceNumber: z.string(),
        NewImage: z.optional(Image),
        OldImage: z.optional(Image),
      }),
    }),
  ),
});

interface Change {
  readonly number: string;
  readonly before: Item | undefined;
  readonly after: Item;
}

const services = startServices(process.env);

export async function handler(event: unknown): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> {
  const changes = z
    .parse(StreamEvent, event)
    .Records.flatMap(({ dynamodb: { SequenceNumber, NewImage, OldImage } }) =>
      NewImage
        ? [{ number: SequenceNumber, before: OldImage && unmarshall(OldImage), after: unmarshall(NewImage) }]
        : [],
    );
  const failed = await Promise.all([...byItem(changes).values()].map((inOrder) => handleInOrder(services, inOrder)));
  return { batchItemFailures: failed.flat().map((itemIdentifier) => ({ itemIdentifier })) };
}

/** The changes of one item stay in order; those of different items have none. */
function byItem(changes: readonly Change[]): Map<string, Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const key = `${change.after.pk} ${change.after.sk}`;
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return groups;
}

/** @returns the number of the change that failed; those behind it wait for it */
async function handleInOrder(services: Services, changes: readonly Change[]): Promise<string[]> {
  for (const change of changes) {
    try {
      await handleChange(services, change);
    } catch (error) {
      services.log.error('stream record failed', { number: change.number, error: error as Error });
      return [change.number];
    }
  }
  return [];
}

async function handleChange(services: Services, { before, after }: Change): Promise<void> {
  if (after.sk !== 'USER') return notice(services, toNotice(after));
  const was = before ? toUser(before) : undefined;
  const is = toUser(after);
  const known = new Set(was?.live.map(({ id }) => id));
  const still = new Set(is.live.map(({ id }) => id));
  for (const device of is.live.filter(({ id }) => !known.has(id))) await arrive(services, { was, is, device });
  for (const device of was?.live.filter(({ id }) => !still.has(id)) ?? []) await leave(services, { is, device });
}
