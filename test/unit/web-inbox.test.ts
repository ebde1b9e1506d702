import type { ConversationView, LastMessage } from '@parley/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { matches } from '#web/inbox/matches';
import { lastReceipt, previewOf } from '#web/inbox/preview';
import { roomName } from '#web/inbox/room-name';
import { inShownOrder } from '#web/inbox/use-steady-order';
import { canAssignRoles, canLeave, canManage, canRemove } from '#web/people/permissions';
import { idOf, kindOf, otherOf, titleOf, typingText } from '#web/state/names';
import { dayName, lastSeenText, shortTime } from '#web/ui/times';
import { speak } from '#web/words/words';
import { isQuiet } from '#web/worker/quiet-hours';

const member = (username: string, name: string) => ({
  username,
  name,
  role: 'member' as const,
  read_seq: 0,
  online: false,
  last_seen: null,
  delivered_until: null,
});
const view = (more: Partial<ConversationView>): ConversationView => ({
  id: 'alice_bob',
  kind: 'direct',
  title: null,
  seq: 1,
  unread_count: 0,
  read_seq: 0,
  last_message: null,
  members: [],
  ...more,
});
const said = (from: string, more: Partial<LastMessage> = {}): LastMessage => ({
  seq: 1,
  from_user: { username: from, name: from.toUpperCase() },
  message: 'Hello',
  content_type: 'text',
  date_added: '2026-11-20T09:40:05.123Z',
  deleted: false,
  ...more,
});

describe('the title of a conversation', () => {
  it('is the display names of the others, a title, or a room with #', () => {
    const members = [member('alice', 'Alice'), member('bob', 'Bob B.'), member('carol', 'Carol')];
    expect(titleOf(view({ members: members.slice(0, 2) }), 'alice')).toBe('Bob B.');
    expect(titleOf(view({ id: 'alice_bob_carol', kind: 'fixed', members }), 'alice')).toBe('Bob B., Carol');
    expect(titleOf(view({ id: 'group:01', kind: 'group', title: 'Picnic' }), 'alice')).toBe('Picnic');
    expect(titleOf(view({ id: 'room:lobby', kind: 'room' }), 'alice')).toBe('#lobby');
  });

  it('is taken from the id, decoded, if the members are not known', () => {
    expect(titleOf(view({ id: 'alice_bob%5fsmith' }), 'alice')).toBe('bob_smith');
  });
});

it('the id alone tells the kind of a conversation, and the other user', () => {
  expect(['bob', 'alice_bob', 'alice_bob_carol', 'room:a_b_c', 'group:01'].map(kindOf)).toEqual([
    'direct',
    'direct',
    'fixed',
    'room',
    'group',
  ]);
  expect(otherOf({ id: 'alice_bob', kind: 'direct' }, 'bob')).toBe('alice');
  expect(otherOf({ id: 'alice_bob_carol', kind: 'fixed' }, 'bob')).toBeUndefined();
});

describe('the second line of a row', () => {
  const lineOf = (more: Partial<ConversationView>) => {
    const { by, text } = previewOf(view(more), 'alice', (username) => username.toUpperCase());
    return by === undefined ? text : `${by}: ${text}`;
  };

  it('names the author, except for the other user of a direct conversation', () => {
    expect(lineOf({ last_message: said('alice') })).toBe('You: Hello');
    expect(lineOf({ last_message: said('bob') })).toBe('Hello');
    expect(lineOf({ kind: 'group', last_message: said('bob') })).toBe('BOB: Hello');
  });

  it('shows whom it mentions by name', () => {
    const members = [member('alice', 'Alice'), member('carol', 'Carol')];
    const last_message = said('bob', { message: 'hello @carol and @dave' });
    expect(lineOf({ kind: 'group', members, last_message })).toBe('BOB: hello @CAROL and @dave');
  });

  it('has words for messages without text', () => {
    expect(lineOf({ last_message: said('bob', { message: '', content_type: 'image' }) })).toBe('Photo');
    expect(lineOf({ last_message: said('bob', { message: '', content_type: 'file' }) })).toBe('File');
    expect(lineOf({ last_message: said('alice', { message: '', deleted: true }) })).toBe('You: Deleted message');
    expect(lineOf({ last_message: said('bob', { message: 'One\n two' }) })).toBe('One two');
    expect(lineOf({})).toBe('No messages yet');
  });

  it('says more where the whole message is known', () => {
    const lineWith = (more: Partial<ConversationView>, whole: Parameters<typeof previewOf>[3]) =>
      previewOf(view(more), 'alice', (username) => username.toUpperCase(), whole).text;
    const file = { last_message: said('bob', { message: '', content_type: 'file' }) };
    const files = (...names: [string, string][]) => ({
      mentions: [],
      attachments: names.map(([filename, content_type]) => ({ id: '', size: 1, url: '', filename, content_type })),
    });
    expect(lineWith(file, files(['voice-message-0m3s.webm', 'audio/webm']))).toBe('Voice message');
    expect(lineWith(file, files(['a.mp4', 'video/mp4'], ['a.png', 'image/png'], ['b.png', 'image/png']))).toBe(
      'Video, Photo',
    );
    expect(lineWith(file, files(['letter.pdf', 'application/pdf']))).toBe('letter.pdf');
    const room = { kind: 'room', members: [], last_message: said('bob', { message: 'hey @carol' }) } as const;
    expect(lineWith(room, undefined)).toBe('hey @carol');
    expect(lineWith(room, { mentions: ['carol'], attachments: [] })).toBe('hey @CAROL');
  });

  it('says who is typing', () => {
    expect(typingText(['Bob'], 'direct')).toBe('Typing…');
    expect(typingText(['Bob'], 'group')).toBe('Bob is typing…');
    expect(typingText(['Bob', 'Carol'], 'group')).toBe('Bob and Carol are typing…');
    expect(typingText(['a', 'b', 'c'], 'room')).toBe('3 people are typing…');
  });
});

it('the receipt of the user’s last message is the lowest of all other members', () => {
  const last_message = said('alice', { seq: 7 });
  const [alice, bob, carol] = [member('alice', 'Alice'), member('bob', 'Bob'), member('carol', 'Carol')];
  const later = '2026-11-20T10:00:00.000Z';
  const receipt = (...members: ConversationView['members']) => lastReceipt({ last_message, members }, 'alice');
  expect(receipt(alice, bob)).toBe('sent');
  expect(receipt(alice, { ...bob, delivered_until: later }, carol)).toBe('sent');
  expect(receipt(alice, { ...bob, delivered_until: later }, { ...carol, read_seq: 7 })).toBe('delivered');
  expect(receipt(alice, { ...bob, read_seq: 8 })).toBe('read');
  expect(receipt()).toBeUndefined();
  expect(lastReceipt({ last_message: said('bob'), members: [alice, bob] }, 'alice')).toBeUndefined();
});

it('a search finds beginnings of words, ignores case and accents, and needs all of its words', () => {
  expect(matches('zoe', ['Zoë Smith'])).toBe(true);
  expect(matches('smi zo', ['Zoë Smith'])).toBe(true);
  expect(matches('mith', ['Zoë Smith'])).toBe(false);
  expect(matches('zoe jones', ['Zoë Smith'])).toBe(false);
  expect(matches('lob', ['#lobby'])).toBe(true);
});

it('rows keep their order while they are held, and new rows come last', () => {
  const rows = ['d', 'c', 'a', 'b'].map((id) => ({ id }));
  expect(inShownOrder(rows, ['a', 'b', 'gone', 'c']).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
});

it('typed text becomes a valid room name', () => {
  expect(roomName('#Café Noir ')).toBe('cafe-noir');
  expect(roomName('  ##  ')).toBeUndefined();
  expect(roomName('x'.repeat(80))).toHaveLength(64);
});

it('each role in a group has exactly its permissions', () => {
  const roles = ['owner', 'admin', 'member'] as const;
  expect(roles.map(canManage)).toEqual([true, true, false]);
  expect(roles.map(canAssignRoles)).toEqual([true, false, false]);
  expect(roles.map((own) => roles.filter((other) => canRemove(own, other)))).toEqual([
    ['admin', 'member'],
    ['admin', 'member'],
    [],
  ]);
  expect(roles.map((own) => [canLeave('group', own, 3), canLeave('group', own, 1)])).toEqual([
    [false, true],
    [true, true],
    [true, true],
  ]);
});

it('each role in a room has exactly its permissions', () => {
  const roles = ['owner', 'moderator', 'member'] as const;
  expect(roles.map(canManage)).toEqual([true, true, false]);
  expect(roles.map(canAssignRoles)).toEqual([true, false, false]);
  expect(roles.map((own) => roles.filter((other) => canRemove(own, other)))).toEqual([
    ['moderator', 'member'],
    ['member'],
    [],
  ]);
  expect(roles.map((own) => canLeave('room', own, 3))).toEqual([true, true, true]);
});

describe('times', () => {
  beforeAll(() => speak('en-GB'));

  const now = new Date(2026, 10, 20, 0, 5).getTime();
  const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

  it('are a clock today, then days by the calendar', () => {
    expect(shortTime(at(2026, 10, 20, 0, 1), now)).toBe('00:01');
    expect(shortTime(at(2026, 10, 19, 23, 59), now)).toBe('Yesterday');
    expect(shortTime(at(2026, 10, 15, 12, 0), now)).toBe('Sunday');
    expect(shortTime(at(2026, 10, 12, 12, 0), now)).toBe('12 Nov');
    expect(shortTime(at(2025, 10, 12, 12, 0), now)).toBe('12 Nov 2025');
  });

  it('in the future, from a clock that is ahead, are today', () =>
    expect(dayName(at(2026, 10, 21, 1, 0), now)).toBe('Today'));

  it('say when a user was last seen', () => {
    expect(lastSeenText(at(2026, 10, 20, 0, 1), now)).toBe('Last seen at 00:01');
    expect(lastSeenText(at(2026, 10, 19, 14, 5), now)).toBe('Last seen yesterday at 14:05');
    expect(lastSeenText(at(2026, 10, 12, 14, 5), now)).toBe('Last seen on 12 Nov');
  });
});

it('quiet hours may go over midnight, and end at their last minute', () => {
  const at = (hours: number, minutes = 0) => new Date(2026, 10, 20, hours, minutes);
  const night = { sound: true, quiet: { from: '22:00', to: '07:00' } };
  expect([at(21, 59), at(22), at(3), at(6, 59), at(7)].map((time) => isQuiet(night, time))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
  const noon = { sound: true, quiet: { from: '12:00', to: '13:30' } };
  expect([at(11, 59), at(12), at(13, 30)].map((time) => isQuiet(noon, time))).toEqual([false, true, false]);
  expect(isQuiet({ sound: false }, at(3))).toBe(false);
});

it('an address names a conversation as the server reads it', () => {
  const ids = ['bob', 'Bob', 'bob_alice', 'carol_alice_bob', 'room:Lobby', 'group:01J'].map((name) =>
    idOf(name, 'alice'),
  );
  expect(ids).toEqual(['alice_bob', 'alice_bob', 'alice_bob', 'alice_bob_carol', 'room:lobby', 'group:01j']);
});
