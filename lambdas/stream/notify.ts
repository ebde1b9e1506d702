/**
 * What may take a moment longer, or must not be forgotten, is driven by the table's stream: first snapshots, presence, notifications.
 * Lambda delivers records at least once and in order for each item; what fails is reported by its number and delivered again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { isChange } from '../chat/change-message.ts';
import { openServices, type Services } from '../runtime/services.ts';
import { type Entry, toEntry } from '../store/entry.ts';
import { toExpiryReminder } from '../store/expiry-reminder.ts';
import type { Item } from '../store/item.ts';
import { toNotificationMarker } from '../store/notification-marker.ts';
import { type Connection, toUser, type User } from '../store/user.ts';
import { closeRemoved, endSignedOutConnections, expireConnection } from './close-connections.ts';
import { completeChange } from './complete-change.ts';
import { notifyWatchers } from './notify-watchers.ts';
import { onConnected } from './on-connected.ts';
import { onDisconnected } from './on-disconnected.ts';

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
  readonly before: User | undefined;
  readonly added: readonly Connection[];
  readonly removed: readonly Connection[];
}

const services = openServices(process.env);

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

function placeOf({ after, added, removed }: Change): string {
  const [connection] = [...added, ...removed];
  return connection?.scope.kind === 'conversation' ? connection.scope.conversation : String(after.pk);
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

async function handleChange(services: Services, { after, before, added, removed }: Change): Promise<void> {
  const reminder = toExpiryReminder(after);
  if (reminder) return expireConnection(services, reminder);
  if (isNotice(after)) return notifyWatchers(services, toNotificationMarker(after));
  if (!isUser(after)) return handleEntry(services, toEntry(after));
  const user = toUser(after);
  if (user.signedOutAt !== before?.signedOutAt) return endSignedOutConnections(services, user);
  for (const connection of added) await onConnected(services, { before, user, connection });
  for (const connection of removed) {
    await closeRemoved(services, user, connection);
    await onDisconnected(services, user, connection);
  }
}

async function handleEntry(services: Services, entry: Entry): Promise<void> {
  if (isChange(entry)) await completeChange(services, entry);
}

function toChange(number: string, after: Item, old: Item | undefined): Change {
  const before = old && isUser(old) ? toUser(old) : undefined;
  const earlier = before?.connections ?? [];
  const current = isUser(after) ? toUser(after).connections : [];
  const missingIn = (all: readonly Connection[], others: readonly Connection[]) =>
    all.filter(({ id }) => !others.some((other) => other.id === id));
  return { number, after, before, added: missingIn(current, earlier), removed: missingIn(earlier, current) };
}

function isNotice(item: Item): boolean {
  return String(item.sk).startsWith('NOTICE#');
}

function isUser(item: Item): boolean {
  return item.sk === 'USER';
}
