/**
 * The names of users and conversations. Source: docs/protocol.md, section 1.
 *
 * A user name consists of `a-z 0-9 . -` and of `%xx`, which stands for one byte of any other character. So `_` and `:` never occur in it, and
 * the name of a conversation can be split into its members without a look-up.
 */
import { ChatError } from './errors.ts';
import { nameLimits } from './name-limits.ts';
import { isUserName } from './user-name.ts';

export { isUserName };

const roomPattern = /^[a-z0-9._-]+$/;
const groupPattern = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** The name has the members (`direct`, `fixed`), or memberships have them (`room`, `group`). */
export type Conversation =
  | { readonly id: string; readonly kind: 'direct' | 'fixed'; readonly members: readonly string[] }
  | { readonly id: string; readonly kind: 'room' | 'group' };

/** A conversation that is named by its members: two (`direct`), or a few (`fixed`). */
export type NamedConversation = Extract<Conversation, { readonly members: readonly string[] }>;

/** The name that others see of somebody who has deleted their account. */
export const deletedUserName = 'deleted user';

/** The user name for an identity provider's name: every byte outside `a-z 0-9 . -` becomes `%xx`. One-to-one, so no two people share a name. */
export function encodeUserName(external: string): string {
  return [...new TextEncoder().encode(external)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[a-z0-9.-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** The identity provider's name for a user name, the opposite of `encodeUserName`. What is no text there stays encoded. */
export function decodeUserName(username: string): string {
  try {
    return decodeURIComponent(username);
  } catch {
    return username;
  }
}

/** Every URL parser takes `.` and `..` out of a path, so nobody could look such a user up, befriend or block them. */
export function isOfDots(name: string): boolean {
  return /^\.+$/.test(name);
}

/**
 * Reads a conversation's name as `me` may write it: `bob`, `bob_alice`, `alice_bob_carol`, `room:Lobby`, `group:01j…`; upper case is folded.
 * @throws ChatError `invalid_frame` for a text that is not a name, `forbidden` for a conversation whose name does not have `me`
 */
export function readConversation(text: string, me: string): Conversation {
  const conversation = parseConversation(text, me);
  if ('members' in conversation && !conversation.members.includes(me)) {
    throw new ChatError('forbidden', 'only the people whom it names are its members', {
      task: `use ${conversation.id}`,
    });
  }
  return conversation;
}

/** The same without checking permission: for stored ids, and for checking names. A bare `bob` needs `me`. */
export function parseConversation(text: string, me?: string): Conversation {
  const name = text.toLowerCase();
  if (name.startsWith('room:')) return parseRoom(name, text);
  if (name.startsWith('group:')) return parseGroup(name, text);

  const parts = name.split('_');
  if (me !== undefined && parts.length === 1) parts.push(me);
  const members = [...new Set(parts)].sort();
  if (!members.every(isUserName)) throw noName(text);
  if (members.length < parts.length || members.length < 2) {
    throw new ChatError('invalid_frame', 'a conversation is between different people: write each name once', {
      task: `use ${show(text)}`,
    });
  }
  if (members.length > nameLimits.namedMembers) {
    throw new ChatError(
      'invalid_frame',
      `at most ${nameLimits.namedMembers} people fit into a name: use a room or a group`,
      { task: `use ${show(text)}` },
    );
  }
  return { id: members.join('_'), kind: members.length === 2 ? 'direct' : 'fixed', members };
}

function parseRoom(name: string, text: string): Conversation {
  const room = name.slice('room:'.length);
  if (room.length > nameLimits.roomNameLength || !roomPattern.test(room)) throw noName(text);
  return { id: name, kind: 'room' };
}

function parseGroup(name: string, text: string): Conversation {
  if (!groupPattern.test(name.slice('group:'.length))) throw noName(text);
  return { id: name, kind: 'group' };
}

function noName(text: string) {
  return new ChatError(
    'invalid_frame',
    'a conversation is named like bob, alice_bob, alice_bob_carol, room:lobby or group:<id>, with users of a-z 0-9 . - and %xx',
    { task: `use ${show(text)}` },
  );
}

/** A name as an error quotes it: short, without line breaks and broken characters. */
function show(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
