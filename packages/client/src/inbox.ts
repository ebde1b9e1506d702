/** The list of conversations, kept up to date by what comes over the socket. */
import type { ServerEvent } from '../../../protocol/events.ts';
import type { ConversationPage } from '../../../protocol/http.ts';
import type { ConversationView } from '../../../protocol/message.ts';
import type { Clock } from './clock.ts';
import { isPassing } from './errors.ts';
import { type Http, pathOf, queryOf } from './http.ts';
import { createSkipped } from './skipped.ts';

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
  close(): void;
}

export function createInbox(options: {
  readonly http: Http;
  readonly clock: Clock;
  readonly random: () => number;
  me(): string;
  onChange(): void;
}): Inbox {
  const { http, clock, random } = options;
  const views = new Map<string, ConversationView>();
  /** When something last happened where nothing was said yet: ISO 8601. */
  const touched = new Map<string, string>();
  let shown: readonly ConversationView[] | undefined;
  const skipped = createSkipped({ clock, random, onMissing: refresh });

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
    skipped.forget(view.id);
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

  /** Rooms and groups that a whole list does not have: one has left them meanwhile. */
  function doubt(listed: ReadonlySet<string>): void {
    for (const { id, kind } of views.values()) {
      if ((kind === 'room' || kind === 'group') && !listed.has(id)) refresh(id);
    }
  }

  /** Counts a message and shows it, in whatever order messages come. */
  function hear(event: ServerEvent & { type: 'chat_message' }): void {
    const { seq, from_user, content_type, date_added, deleted } = event;
    const view = views.get(event.conversation);
    if (!view) {
      refresh(event.conversation);
      return;
    }
    const late = seq <= view.seq;
    if (late && !skipped.come(view.id, seq)) return;
    skipped.pass(view.id, view.seq, seq);
    const newest = Math.max(seq, view.seq);
    const own = from_user.username === options.me();
    if (content_type === 'system') {
      touched.set(view.id, date_added);
      change({ ...view, seq: newest });
      // One has joined the room, or left it.
      if (own) refresh(view.id);
      return;
    }
    const message = [...event.message].slice(0, 100).join('');
    const shows = seq > (view.last_message?.seq ?? 0);
    const last_message = shows ? { seq, from_user, message, content_type, date_added, deleted } : view.last_message;
    const counted = own || seq <= view.read_seq ? 0 : 1;
    const read = own && shows ? { unread_count: 0, read_seq: seq } : { unread_count: view.unread_count + counted };
    change(reach({ ...view, seq: newest, last_message, ...read }, event.delivered_to ?? [], seq));
  }

  /** A message of this number, and all before it, came to a device of these members. */
  function reach(view: ConversationView, users: readonly string[], seq: number): ConversationView {
    const { last_message } = view;
    if (users.length === 0 || !last_message || seq < last_message.seq) return view;
    const delivered_until = last_message.date_added;
    const members = view.members.map((member) =>
      users.includes(member.username) && (member.delivered_until ?? '') < delivered_until
        ? { ...member, delivered_until }
        : member,
    );
    return { ...view, members };
  }

  function hearRead({ conversation, user, up_to }: ServerEvent & { type: 'messages_read' }): void {
    const view = views.get(conversation);
    if (!view) return;
    const members = view.members.map((member) =>
      member.username === user && member.read_seq < up_to ? { ...member, read_seq: up_to } : member,
    );
    if (user !== options.me()) change({ ...view, members });
    else if (up_to >= (view.last_message?.seq ?? 0)) change({ ...view, members, unread_count: 0, read_seq: up_to });
    else refresh(view.id);
  }

  /** A change of a message takes a number of the log, too. */
  function hearChange({ conversation, change: seq }: { readonly conversation: string; readonly change: number }): void {
    const view = views.get(conversation);
    if (!view) return;
    skipped.come(view.id, seq);
    if (seq <= view.seq) return;
    skipped.pass(view.id, view.seq, seq);
    change({ ...view, seq });
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
        if (event.next === null) doubt(new Set(event.results.map(({ id }) => id)));
      } else if (event.type === 'chat_message') hear(event);
      else if (event.type === 'messages_read') hearRead(event);
      else if (event.type === 'reaction') hearChange(event);
      else if (event.type === 'message_delivered') {
        const view = views.get(event.conversation);
        if (view) change(reach(view, event.to, event.seq));
      } else if (event.type === 'message_deleted' || event.type === 'message_edited') {
        hearChange(event);
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
      const listed = new Set<string>();
      while (query) {
        const { results, next }: ConversationPage = await http<ConversationPage>('GET', `/conversations?${query}`);
        putAll(results);
        for (const { id } of results) listed.add(id);
        query = next === null ? undefined : queryOf(next);
      }
      doubt(listed);
    },
    close: skipped.stop,
  };
}
