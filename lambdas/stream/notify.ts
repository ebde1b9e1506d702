/**
 * What may take a moment longer, or must not be forgotten, is driven by the table's stream: first snapshots, presence, notifications.
 * Lambda delivers records at least once and in order for each item; what fails is reported by its number and delivered again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { isChange } from '../chat/change.ts';
import { type Services, startServices } from '../runtime/services.ts';
import { type Entry, toEntry } from '../store/entry.ts';
import type { Item } from '../store/item.ts';
import { toNotice } from '../store/notice.ts';
import { toReminder } from '../store/reminder.ts';
import { type Live, toUser, type User } from '../store/user.ts';
import { arrive } from './arrive.ts';
import { closeTakenAway, remind, signOutAll } from './end.ts';
import { leave } from './leave.ts';
import { notice } from './notice.ts';
import { repair } from './repair.ts';

const Image = z.record(
  z.string(),
  z.custom<AttributeValue>((value) => typeof value === 'object' && value !== null),
);
const StreamEvent = z.object({
  Records: z.array(
    z.object({
      dynamodb: z.object({
        SequenceNumber: z.string(),
        Keys: Image,
        NewImage: z.optional(Image),
        OldImage: z.optional(Image),
      }),
    }),
  ),
});

/** One record: what became of an item, and, of a user's item, whose connections came and went. */
interface Change {
  readonly number: string;
  /** Of an item that was deleted: its key. */
  readonly after: Item;
  readonly was: User | undefined;
  readonly came: readonly Live[];
  readonly went: readonly Live[];
}

const services = startServices(process.env);

export async function handler(event: unknown): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> {
  const changes = z
    .parse(StreamEvent, event)
    .Records.map(({ dynamodb: { SequenceNumber, Keys, NewImage, OldImage } }) =>
      toChange(SequenceNumber, unmarshall(NewImage ?? Keys), OldImage && unmarshall(OldImage)),
    );
  const failed = await Promise.all([...byPlace(changes).values()].map((inOrder) => handleInOrder(services, inOrder)));
  return { batchItemFailures: failed.flat().map((itemIdentifier) => ({ itemIdentifier })) };
}

/**
 * What happens in one place stays in order, or somebody could be told of a newcomer before getting their own list; different places have
 * nothing to do with each other.
 */
function byPlace(changes: readonly Change[]): Map<string, Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const place = placeOf(change);
    groups.set(place, [...(groups.get(place) ?? []), change]);
  }
  return groups;
}

function placeOf({ after, came, went }: Change): string {
  const [device] = [...came, ...went];
  return device?.scope.kind === 'conversation' ? device.scope.conversation : String(after.pk);
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

async function handleChange(services: Services, { after, was, came, went }: Change): Promise<void> {
  const reminder = toReminder(after);
  if (reminder) return remind(services, reminder);
  if (isNotice(after)) return notice(services, toNotice(after));
  if (!isUser(after)) return handleEntry(services, toEntry(after));
  const is = toUser(after);
  if (is.signedOut !== was?.signedOut) return signOutAll(services, is);
  for (const device of came) await arrive(services, { was, is, device });
  for (const device of went) {
    await closeTakenAway(services, { is, device });
    await leave(services, { is, device });
  }
}

async function handleEntry(services: Services, entry: Entry): Promise<void> {
  if (isChange(entry)) await repair(services, entry);
}

function toChange(number: string, after: Item, before: Item | undefined): Change {
  const was = before && isUser(before) ? toUser(before) : undefined;
  const wasLive = was?.live ?? [];
  const isLive = isUser(after) ? toUser(after).live : [];
  const without = (all: readonly Live[], some: readonly Live[]) =>
    all.filter(({ id }) => !some.some((other) => other.id === id));
  return { number, after, was, came: without(isLive, wasLive), went: without(wasLive, isLive) };
}

function isNotice(item: Item): boolean {
  return String(item.sk).startsWith('NOTICE#');
}

function isUser(item: Item): boolean {
  return item.sk === 'USER';
}
