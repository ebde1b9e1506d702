import { expect, it } from 'vitest';
import type { ConversationSettings, ConversationView } from '../src/index.ts';
import { isArchived, isMuted, markedFrom, noSettings, notifies, pinnedFirst, unreadTotal } from '../src/settings.ts';

const now = Date.parse('2026-11-20T12:00:00.000Z');
const later = '2026-11-20T12:00:00.001Z';
const earlier = '2026-11-20T11:59:59.999Z';
const message = (seq: number): NonNullable<ConversationView['last_message']> => ({
  seq,
  from_user: { username: 'bob', name: 'Bob' },
  message: 'hello',
  content_type: 'text',
  date_added: earlier,
  deleted: false,
});
const view = (settings?: Partial<ConversationSettings>, last = 7, unread_count = 2) => ({
  settings: settings && { ...noSettings, ...settings },
  last_message: message(last),
  unread_count,
  read_seq: 7,
});

it('a mute ends with its time, and a mention breaks it; none is broken by nothing', () => {
  const told = (settings?: Partial<ConversationSettings>) => {
    const one = view(settings);
    return [isMuted(one, now), notifies(one, false, now), notifies(one, true, now)];
  };
  expect(told()).toEqual([false, true, true]);
  expect(told({ muted_until: later })).toEqual([true, false, true]);
  expect(told({ muted_until: earlier })).toEqual([false, true, true]);
  expect(told({ notify: 'mentions' })).toEqual([false, false, true]);
  expect(told({ notify: 'none', muted_until: later })).toEqual([true, false, false]);
});

it('what is archived comes back with a later message, or at the end of its mute', () => {
  const archived = { archived: true, archived_seq: 7 };
  expect(isArchived(view(archived), now)).toBe(true);
  expect(isArchived({ ...view(archived), last_message: null }, now)).toBe(true);
  expect(isArchived(view(archived, 8), now)).toBe(false);
  expect(isArchived(view({ ...archived, muted_until: later }, 8), now)).toBe(true);
  expect(isArchived(view({ ...archived, muted_until: earlier }, 8), now)).toBe(false);
  expect(isArchived(view(), now)).toBe(false);
});

it('a mark is over when the user has read on', () => {
  const marked = view({ unread_from: 5, marked_seq: 7 });
  expect(markedFrom(marked)).toBe(5);
  expect(markedFrom({ ...marked, read_seq: 8 })).toBeUndefined();
  expect(markedFrom(view())).toBeUndefined();
});

it('a badge counts what notifies and is not put away', () => {
  const views = [
    view(),
    view({ pinned: true }),
    view({ muted_until: later }),
    view({ notify: 'mentions' }),
    view({ archived: true, archived_seq: 7 }),
    view({ archived: true, archived_seq: 6 }),
  ];
  expect(unreadTotal(views, now)).toBe(6);
});

it('pinned conversations come first, in the order that they had', () => {
  const views = ['a', 'b', 'c', 'd'].map((id) => ({ id, ...view(id === 'b' || id === 'd' ? { pinned: true } : {}) }));
  expect(pinnedFirst(views).map(({ id }) => id)).toEqual(['b', 'd', 'a', 'c']);
});
