/** `@parley/client/complete`: the client with all of its features, for programs that do not count bytes. */
import { type Account, createAccount } from './account.ts';
import { type Blocks, createBlocks } from './blocks.ts';
import type { Chat, ChatOptions } from './chat.ts';
import type { Conversation } from './conversation.ts';
import { createChat as createCore } from './create-chat.ts';
import { createDevices, type Devices } from './devices.ts';
import { createFailedSends, type FailedSendStore, type FailedSends } from './failed-sends.ts';
import { createFriends, type Friends } from './friends.ts';
import { createGroups, type Groups } from './groups.ts';
import { createInviteLinks, type InviteLinks } from './invite-links.ts';
import { createLastMessages, type LastMessages } from './last-messages.ts';
import { createLook, type Look } from './look.ts';
import { createPins, type Pins } from './pins.ts';
import { createRooms, type Rooms } from './rooms.ts';
import { createSettings, type Settings } from './settings.ts';
import { createUsers, type Users } from './users.ts';
import { type MessageWindow, openWindow } from './window.ts';

/** An open conversation with its window. */
export interface CompleteConversation extends Conversation {
  /** The messages that are shown: made at the first use, and closed with the conversation. */
  readonly window: MessageWindow;
}

/** Each feature is made at its first use. */
export interface CompleteChat extends Omit<Chat, 'open'> {
  open(name: string): Promise<CompleteConversation>;
  readonly account: Account;
  readonly blocks: Blocks;
  readonly devices: Devices;
  readonly failedSends: FailedSends;
  readonly friends: Friends;
  readonly groups: Groups;
  readonly inviteLinks: InviteLinks;
  readonly lastMessages: LastMessages;
  readonly look: Look;
  readonly pins: Pins;
  readonly rooms: Rooms;
  readonly settings: Settings;
  readonly users: Users;
}

/** As `createChat` of `@parley/client`. @param options.failedSends where failed sends are kept; default: they end with the page */
export function createChat(options: ChatOptions & { readonly failedSends?: FailedSendStore }): CompleteChat {
  const chat = createCore(options);
  const failedSends = createFailedSends(chat, options.failedSends);
  const account = once(() => createAccount(chat));
  const blocks = once(() => createBlocks(chat));
  const devices = once(() => createDevices(chat));
  const users = once(() => createUsers(chat));
  const friends = once(() => createFriends(chat, { onPerson: users().put }));
  const groups = once(() => createGroups(chat));
  const rooms = once(() => createRooms(chat));
  const inviteLinks = once(() => createInviteLinks(chat));
  const lastMessages = once(() => createLastMessages(chat));
  const look = once(() => createLook(chat));
  const pins = once(() => createPins(chat));
  const settings = once(() => createSettings(chat));
  const opened = new WeakMap<Conversation, CompleteConversation>();

  /** The same object for the same conversation, as the core has it. */
  function complete(conversation: Conversation): CompleteConversation {
    const known = opened.get(conversation);
    if (known) return known;
    let window: MessageWindow | undefined;
    const made = extend(conversation, {
      get window() {
        window ??= openWindow(chat, conversation);
        return window;
      },
      async leave() {
        await conversation.leave();
        window?.close();
      },
      close() {
        window?.close();
        conversation.close();
      },
    });
    opened.set(conversation, made);
    return made;
  }

  return extend(chat, {
    open: async (name: string) => complete(await chat.open(name)),
    failedSends,
    get account() {
      return account();
    },
    get blocks() {
      return blocks();
    },
    get devices() {
      return devices();
    },
    get friends() {
      return friends();
    },
    get groups() {
      return groups();
    },
    get inviteLinks() {
      return inviteLinks();
    },
    get lastMessages() {
      return lastMessages();
    },
    get look() {
      return look();
    },
    get pins() {
      return pins();
    },
    get rooms() {
      return rooms();
    },
    get settings() {
      return settings();
    },
    get users() {
      return users();
    },
  });
}

/** An object with the properties of both, which stay current: getters are not read. */
function extend<Base extends object, More extends object>(base: Base, more: More): Omit<Base, keyof More> & More {
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(base), ...Object.getOwnPropertyDescriptors(more) },
  ) as Omit<Base, keyof More> & More;
}

function once<Value extends object>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= make();
    return value;
  };
}
