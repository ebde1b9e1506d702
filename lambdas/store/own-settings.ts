/**
 * A member's own settings of a conversation. They are attributes of the membership (membership.ts), so a change is one write, and whoever reads
 * the membership has them. Nothing is written when one of them comes to its end: readers compare it with the time, the newest message or the
 * cursor.
 *
 * holds  `muted_until` (ms): until then only mentions notify.
 *        `notify`: `mentions`, if only these notify. `muted`: nothing does. Without both, everything does.
 *        `archived`: the number of the newest message when the conversation was put away. `pinned` (ms): since when it is listed first.
 *        `mark`: it is marked as unread behind entry `seq`, `[seq, count, read]`, as long as the cursor is at `read`. `count`: messages up to
 *        there, and those behind it that do not count for this user.
 */
import * as z from 'zod/mini';
import type { NotifyLevel } from '#protocol/message';
import type { Cursor } from './conversation-state.ts';

export interface OwnSettings {
  /** ms; it may be over. */
  readonly mutedUntil: number | undefined;
  readonly notify: NotifyLevel;
  /** The number of the newest message when it was put away. */
  readonly archivedAt: number | undefined;
  /** ms */
  readonly pinnedAt: number | undefined;
  /** Use `markOf`: it may have ended. */
  readonly mark: UnreadMark | undefined;
}

/** What is unread begins behind this place, as long as the cursor is at entry `read`. */
export interface UnreadMark extends Cursor {
  readonly read: number;
}

export const settingsFields = {
  muted: z._default(z.boolean(), false),
  muted_until: z.optional(z.number()),
  notify: z.optional(z.literal('mentions')),
  archived: z.optional(z.number()),
  pinned: z.optional(z.number()),
  mark: z.optional(z.tuple([z.number(), z.number(), z.number()])),
};
const SettingsItem = z.object(settingsFields);

export function toOwnSettings(fields: z.infer<typeof SettingsItem>): OwnSettings {
  const [seq = 0, count = 0, read = 0] = fields.mark ?? [];
  return {
    mutedUntil: fields.muted_until,
    notify: fields.muted ? 'none' : (fields.notify ?? 'all'),
    archivedAt: fields.archived,
    pinnedAt: fields.pinned,
    mark: fields.mark && { seq, count, read },
  };
}

function attributesOf({ mutedUntil, notify, archivedAt, pinnedAt, mark }: OwnSettings) {
  return {
    muted: notify === 'none' || undefined,
    muted_until: mutedUntil,
    notify: notify === 'mentions' ? notify : undefined,
    archived: archivedAt,
    pinned: pinnedAt,
    mark: mark && [mark.seq, mark.count, mark.read],
  };
}

/** The update of what differs, so that two devices can change two settings at once. Undefined: nothing does. */
export function settingsUpdate(before: OwnSettings, after: OwnSettings) {
  const old: Readonly<Record<string, unknown>> = attributesOf(before);
  const changed = Object.entries(attributesOf(after)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name]),
  );
  if (changed.length === 0) return undefined;
  const set = changed.filter(([, value]) => value !== undefined);
  const removed = changed.filter(([, value]) => value === undefined);
  return {
    UpdateExpression: [
      set.length > 0 ? `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}` : '',
      removed.length > 0 ? `REMOVE ${removed.map(([name]) => `#${name}`).join(', ')}` : '',
    ].join(' '),
    names: Object.fromEntries(changed.map(([name]) => [`#${name}`, name])),
    values: set.length > 0 ? Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])) : undefined,
  };
}
