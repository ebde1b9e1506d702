/** The list of conversations, kept current by the events of the socket. */
import type { Clock } from './clock.ts';
import { isRetryable } from './errors.ts';
import { createGaps } from './gaps.ts';
import { type Http, pagesOf, pathOf } from './http.ts';
import type { ConversationPage, ConversationView, ServerEvent, ServerEvents } from './protocol.ts';

export function createInbox(options: {
  readonly http: Http;
  readonly clock: Clock;
  readonly random: () => number;
  me(): string;
  onChange(): void;
}) {
  const { http, clock, random } = options;
  const views = new Map<string, ConversationView>();
  /** When a conversation without messages last changed: ISO 8601. */
  const touched = new Map<string, string>();
  let sorted: readonly ConversationView[] | undefined;
  const gaps = createGaps({ clock, random, onMissing: refresh });

  function changed(): void {
    sorted = undefined;
    options.onChange();
  }

  function set(view: ConversationView): void {
    views.set(view.id, view);
    changed();
  }

  /** Takes a conversation that was loaded. */
  function put(view: ConversationView): void {
    const old = views.get(view.id);
    // The server read it before an event that came in the meantime.
    if (old && old.seq > view.seq) return;
    if (old && old.read_seq > view.read_seq) {
      refresh(view.id);
      return;
    }
    gaps.clear(view.id);
    // Lists do not contain the members of rooms and groups.
    set(view.members.length === 0 && old ? { ...view, members: old.members } : view);
  }

  /** A part of the server's list. A conversation without messages takes the time of its neighbour in the list. */
  function putAll(list: readonly ConversationView[]): void {
    const times = list.map(({ last_message }) => last_message?.date_added);
    list.forEach((view, index) => {
      const near = times.slice(0, index).findLast(Boolean) ?? times.slice(index).find(Boolean);
      if (near && !touched.has(view.id)) touched.set(view.id, near);
      put(view);
    });
  }

  function timeOf({ id, last_message }: ConversationView): string {
    return last_message?.date_added ?? touched.get(id) ?? '';
  }

  /** The user is not a member any more. */
  function remove(id: string): void {
    if (views.delete(id)) changed();
  }

  function refresh(id: string): void {
    http<ConversationView>('GET', pathOf(id)).then(put, (error) => isRetryable(error) || remove(id));
  }

  /** Asks for conversations that are not in the whole list: the user may have left them. */
  function refreshUnlisted(listed: ReadonlySet<string>): void {
    for (const { id, kind } of views.values()) {
      if (kind !== 'direct' && !listed.has(id)) refresh(id);
    }
  }

  /** Counts a message and shows it. Messages may come in any order. */
  function onMessage(event: ServerEvents['chat_message']): void {
    const { seq, from_user, content_type, date_added, deleted } = event;
    const view = views.get(event.conversation);
    if (!view) {
      refresh(event.conversation);
      return;
    }
    const isLate = seq <= view.seq;
    if (isLate && !gaps.fill(view.id, seq)) return;
    gaps.skip(view.id, view.seq, seq);
    const newest = Math.max(seq, view.seq);
    const own = from_user.username === options.me();
    if (content_type === 'system') {
      touched.set(view.id, date_added);
      set({ ...view, seq: newest });
      // The user joined the room, or left it.
      if (own) refresh(view.id);
      return;
    }
    const message = [...event.message].slice(0, 100).join('');
    const isLast = seq > (view.last_message?.seq ?? 0);
    const last_message = isLast ? { seq, from_user, message, content_type, date_added, deleted } : view.last_message;
    const added = own || seq <= view.read_seq ? 0 : 1;
    const read = own && isLast ? { unread_count: 0, read_seq: seq } : { unread_count: view.unread_count + added };
    set(withDelivered({ ...view, seq: newest, last_message, ...read }, event.delivered_to ?? [], seq));
    // A message brings it back, unless it is muted.
    if (view.settings?.archived && !view.muted) refresh(view.id);
  }

  /** The message with this number, and all before it, came to a device of these members. */
  function withDelivered(view: ConversationView, users: readonly string[], seq: number): ConversationView {
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

  function onRead({ conversation, user, up_to }: ServerEvents['messages_read']): void {
    const view = views.get(conversation);
    if (!view) return;
    const members = view.members.map((member) =>
      member.username === user && member.read_seq < up_to ? { ...member, read_seq: up_to } : member,
    );
    if (user !== options.me()) set({ ...view, members });
    else if (up_to >= (view.last_message?.seq ?? 0)) set({ ...view, members, unread_count: 0, read_seq: up_to });
    else refresh(view.id);
  }

  /** A change of a message has its own number in the log. */
  function onEdit({ conversation, change: seq }: { readonly conversation: string; readonly change: number }): void {
    const view = views.get(conversation);
    if (!view) return;
    gaps.fill(view.id, seq);
    if (seq <= view.seq) return;
    gaps.skip(view.id, view.seq, seq);
    set({ ...view, seq });
  }

  return {
    /** The latest first; a new array after each change. */
    get conversations(): readonly ConversationView[] {
      sorted ??= [...views.values()].sort((a, b) => timeOf(b).localeCompare(timeOf(a)));
      return sorted;
    },
    put,
    remove,
    apply(event: ServerEvent) {
      if (event.type === 'conversations') {
        putAll(event.results);
        if (event.next === null) refreshUnlisted(new Set(event.results.map(({ id }) => id)));
      } else if (event.type === 'chat_message') onMessage(event);
      else if (event.type === 'messages_read') onRead(event);
      else if (event.type === 'reaction') onEdit(event);
      else if (event.type === 'message_delivered') {
        const view = views.get(event.conversation);
        if (view) set(withDelivered(view, event.to, event.seq));
      } else if (event.type === 'messages_erased') {
        onEdit(event);
        refresh(event.conversation);
      } else if (event.type === 'message_deleted' || event.type === 'message_edited') {
        onEdit(event);
        const view = views.get(event.conversation);
        if (view?.last_message?.seq === event.seq || event.deleted) refresh(event.conversation);
      } else if (event.type === 'conversation_updated') {
        const { kind, by, who = by } = event.change;
        if ((kind === 'left' || kind === 'removed') && who === options.me()) return remove(event.conversation);
        touched.set(event.conversation, event.message.date_added);
        refresh(event.conversation);
      } else if (event.type === 'conversation_settings') {
        const view = views.get(event.conversation);
        // `settings`, `muted` and `unread_count`.
        if (view) set({ ...view, ...event } as ConversationView);
      } else if (event.type === 'history_cleared' || event.type === 'message_hidden') {
        refresh(event.conversation);
      }
    },
    /** Loads the whole list. @throws ParleyError */
    async load(): Promise<void> {
      const listed = new Set<string>();
      for await (const { results } of pagesOf<ConversationPage>(http, '/conversations?limit=100')) {
        putAll(results);
        for (const { id } of results) listed.add(id);
      }
      refreshUnlisted(listed);
    },
  };
}
