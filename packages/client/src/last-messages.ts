/** `@parley/client/last-messages`: the last messages of lists, whole. A list has the beginning of a text, and neither files nor whom it mentions. */
import type { Chat } from './chat.ts';
import { createEmitter } from './emitter.ts';
import { pathOf } from './http.ts';
import type { ConversationView, Message, MessagePage } from './protocol.ts';

/** Last messages by conversation. */
export interface LastMessages {
  /** The last message, if it has come; else it is requested: one at a time, so that a list may ask for each of its rows. */
  of(view: Pick<ConversationView, 'id' | 'last_message'>): Message | undefined;
  /** Calls `listener` after each message that has come. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
}

/** Where they are kept, such as `localStorage`, so that another visit need not ask for them again. */
export interface LastMessageStore {
  load(): readonly Message[];
  /** @param messages at most 200, those that were asked for last at the end; the addresses of their files are of no use any more after an hour */
  save(messages: readonly Message[]): void;
}

const maxStored = 200;

/** Last messages of a chat. It ends with the chat. @param store default: none, and the next page asks again */
export function createLastMessages(chat: Pick<Chat, 'request' | 'onEvent'>, store?: LastMessageStore): LastMessages {
  /** Of each conversation the last one that came. */
  const known = new Map(store?.load().map((message) => [message.conversation, message] as const));
  /** What was asked for last. */
  const asked = new Map<string, string>();
  const changes = createEmitter<Message>();
  let queue = Promise.resolve();

  chat.onEvent((event) => {
    if (event.type === 'chat_message') keep(event);
  });

  function keep(message: Message): void {
    known.set(message.conversation, message);
    changes.emit(message);
  }

  async function load(id: string, seq: number): Promise<void> {
    const { results } = await chat.request<MessagePage>('GET', `${pathOf(id)}/messages?before=${seq + 1}&limit=1`);
    const [message] = results;
    if (message?.seq !== seq) return;
    known.delete(id);
    keep(message);
    store?.save([...known.values()].slice(-maxStored));
  }

  return {
    of({ id, last_message: last }) {
      if (!last) return undefined;
      const message = known.get(id);
      // After an edit its text begins otherwise.
      if (message?.seq === last.seq && message.message.startsWith(last.message.slice(0, -1))) return message;
      const what = `${last.seq} ${last.message}`;
      if (asked.get(id) !== what) {
        asked.set(id, what);
        // What fails is asked for again with the next message.
        queue = queue.then(() => load(id, last.seq)).catch(() => {});
      }
      return undefined;
    },
    subscribe: changes.subscribe,
  };
}
