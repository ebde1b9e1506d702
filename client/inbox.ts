/** The list of conversations, kept up to date by what comes over the socket. */
import type { ServerEvent } from '../protocol/events.ts';
import type { ConversationPage } from '../protocol/http.ts';
import type { ConversationView } from '../protocol/message.ts';
import { isPassing } from './errors.ts';
import { type Http, pathOf, queryOf } from './http.ts';

export interface Inbox {
  /** Latest first; another array whenever something in it changed. */
  readonly conversations: readonly ConversationView[];
  apply(event: ServerEvent): void;
  /** What was loaded of one. */
  put(view: ConversationView): void;
  /** One is no member of it any more. */
  remove(id: string): void;
  /** Loads all of it. @throws ParleyError */
  load(): Promise<void>;
}

export function createInbox(options: { readonly http: Http; me(): string; onChange(): void }): Inbox {
  const { http } = options;
  const views = new Map<string, ConversationView>();
  /** When something last happened where nothing was said yet: ISO 8601. */
  const touched = new Map<string, string>();
  let shown: readonly ConversationView[] | undefined;

  function changed(): void {
    shown = undefined;
    options.onChange();
  }

  function change(view: ConversationView): void {
    views.set(view.id, view);
    changed();
  }

  function put(view: ConversationView): void {
    const old = views.get(view.id);
    // A list that was read before what was told meanwhile.
    if (old && old.seq > view.seq) return;
    // Lists do not name the members of rooms and groups.
    change(view.members.length === 0 && old ? { ...view, members: old.members } : view);
  }

  /** A part of the server's list: where nothing was said yet, the place in it tells when something happened. */
  function putAll(list: readonly ConversationView[]): void {
    const times = list.map(({ last_message }) => last_message?.date_added);
    list.forEach((view, place) => {
      const near = times.slice(0, place).findLast(Boolean) ?? times.slice(place).find(Boolean);
      if (near && !touched.has(view.id)) touched.set(view.id, near);
      put(view);
    });
  }

  function timeOf({ id, last_message }: ConversationView): string {
    return last_message?.date_added ?? touched.get(id) ?? '';
  }

  function remove(id: string): void {
    if (views.delete(id)) changed();
  }

  function refresh(id: string): void {
    http<ConversationView>('GET', pathOf(id)).then(put, (error) => isPassing(error) || remove(id));
  }

  return {
    get conversations() {
      shown ??= [...views.values()].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : timeOf(a) > timeOf(b) ? -1 : 0));
      return shown;
    },
    put,
    remove,
    apply(event) {
      if (event.type === 'conversations') {
        putAll(event.results);
      } else if (event.type === 'chat_message') {
        const view = views.get(event.conversation);
        if (!view) return refresh(event.conversation);
        if (event.seq <= view.seq) return;
        const own = event.from_user.username === options.me();
        if (event.content_type === 'system') {
          touched.set(view.id, event.date_added);
          change({ ...view, seq: event.seq });
          // One has joined the room, or left it.
          return own ? refresh(view.id) : undefined;
        }
        const { seq, from_user, content_type, date_added, deleted } = event;
        const message = [...event.message].slice(0, 100).join('');
        const last_message = { seq, from_user, message, content_type, date_added, deleted };
        const read = own ? { unread_count: 0, read_seq: seq } : { unread_count: view.unread_count + 1 };
        change({ ...view, seq, last_message, ...read });
      } else if (event.type === 'messages_read' && event.user === options.me()) {
        const view = views.get(event.conversation);
        if (!view || event.up_to >= view.seq) {
          if (view) change({ ...view, unread_count: 0, read_seq: event.up_to });
        } else refresh(view.id);
      } else if (event.type === 'message_deleted' || event.type === 'message_edited') {
        const view = views.get(event.conversation);
        if (view?.last_message?.seq === event.seq || event.deleted) refresh(event.conversation);
      } else if (event.type === 'conversation_updated') {
        const { kind, by, who = by } = event.change;
        if ((kind === 'left' || kind === 'removed') && who === options.me()) return remove(event.conversation);
        touched.set(event.conversation, event.message.date_added);
        refresh(event.conversation);
      } else if (event.type === 'history_cleared' || event.type === 'message_hidden') {
        refresh(event.conversation);
      }
    },
    async load() {
      let query: URLSearchParams | undefined = new URLSearchParams({ limit: '100' });
      while (query) {
        const { results, next }: ConversationPage = await http<ConversationPage>('GET', `/conversations?${query}`);
        putAll(results);
        query = next === null ? undefined : queryOf(next);
      }
    },
  };
}
