import type { ServerEvent } from '../../../protocol/events.ts';
import type { UploadForm } from '../../../protocol/http.ts';
import type { ConversationChange, ConversationView } from '../../../protocol/message.ts';
import { createCatchUp } from './catch-up.ts';
import type { Clock } from './clock.ts';
import type { OpenConversation } from './conversation.ts';
import { Forbidden, type ParleyError } from './errors.ts';
import { pagesOf } from './history.ts';
import { type Http, pathOf } from './http.ts';
import type { Outbox, Sending } from './outbox.ts';
import { createReadCursor } from './read-cursor.ts';
import { createReceipts } from './receipts.ts';
import { createSignal } from './signal.ts';
import { createTimeline, type LogEvent } from './timeline.ts';
import { createTyping } from './typing.ts';
import { postFile } from './uploads.ts';

export function createConversation(options: {
  readonly view: ConversationView;
  readonly me: string;
  readonly http: Http;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly random: () => number;
  readonly fetch: typeof globalThis.fetch;
  tellTyping(typing: boolean): void;
  load(): Promise<ConversationView>;
  onLeave(): void;
  onClose(): void;
}): OpenConversation {
  const { http, outbox, clock, random, me } = options;
  const { id } = options.view;
  let { view } = options;
  let ended: ParleyError | undefined;
  const path = pathOf(id);
  const changes = createSignal<void>();
  const changed = () => changes.tell();
  const timeline = createTimeline(Math.max(0, view.seq - 50));
  const receipts = createReceipts();
  receipts.load(view.members);

  const missing = createCatchUp({
    ...{ id, http, timeline, clock, random },
    onEvent: apply,
    onEnd(error) {
      ended = error;
      changed();
    },
  });
  const typing = createTyping({ clock, tell: options.tellTyping, onChange: changed });
  const cursor = createReadCursor({
    ...{ clock, random, known: view.read_seq, onChange: changed },
    tell: (upTo) => http('POST', `${path}/read`, { up_to: upTo }),
  });

  function apply(event: LogEvent): void {
    timeline.apply(event);
    if (event.type === 'chat_message') {
      receipts.apply(event);
      if (event.from_user.username === me) {
        cursor.confirm(event.seq);
        if (event.client_id !== undefined) outbox.acknowledge(event);
      }
    }
    if (timeline.head > timeline.complete) missing.soon();
    changed();
  }

  function handle(event: ServerEvent & { conversation: string }): void {
    switch (event.type) {
      case 'chat_message':
        typing.hear(event.from_user.username, false);
        apply(event);
        break;
      case 'conversation_updated':
        apply(event);
        hearMembers(event.change);
        break;
      case 'message_edited':
      case 'message_deleted':
      case 'reaction':
      case 'message_hidden':
      case 'history_cleared':
        apply(event);
        break;
      case 'typing':
        if (event.user !== me) typing.hear(event.user, event.typing);
        return;
      default:
        if (event.type === 'messages_read' && event.user === me) cursor.confirm(event.up_to);
        if (receipts.apply(event)) changed();
        return;
    }
  }

  /** Who is no member any more is refused everything: it needs no asking. */
  function hearMembers({ kind, by, who = by }: ConversationChange): void {
    if (who === me && (kind === 'left' || kind === 'removed')) {
      ended = new Forbidden('forbidden', 'unable to go on; you are no member any more');
      changed();
    } else void self.reload();
  }

  const send = (what: Sending['what']) => outbox.send(id, what);

  const self: OpenConversation = {
    id,
    get view() {
      return view;
    },
    get messages() {
      return timeline.messages;
    },
    get pending() {
      return outbox.of(id);
    },
    get ended() {
      return ended;
    },
    get complete() {
      return timeline.complete;
    },
    get hasOlder() {
      return timeline.from > 1;
    },
    async loadOlder() {
      if (timeline.from <= 1) return false;
      for await (const { messages, from } of pagesOf(http, id, { before: timeline.from })) {
        timeline.addOlder(messages, from);
        changed();
        if (messages.length > 0) break;
      }
      return timeline.from > 1;
    },
    history: (where) => pagesOf(http, id, where),
    send(what) {
      typing.stop();
      return send({ type: 'create', ...(typeof what === 'string' ? { message: what } : what) });
    },
    edit: (seq, message) => send({ type: 'edit', seq, message }),
    delete: (seq) => send({ type: 'delete', seq }),
    react: (seq, emoji, { remove = false } = {}) => send({ type: 'react', seq, emoji, remove }),
    async hide(seq) {
      await http('DELETE', `${path}/messages/${seq}?for=me`);
      apply({ type: 'message_hidden', conversation: id, seq });
    },
    async clear(upTo) {
      const { up_to } = await http<{ up_to: number }>(
        'DELETE',
        `${path}/messages${upTo === undefined ? '' : `?up_to=${upTo}`}`,
      );
      apply({ type: 'history_cleared', conversation: id, up_to });
    },
    async leave() {
      await http('DELETE', `${path}/members/${encodeURIComponent(me)}`);
      self.close();
      options.onLeave();
    },
    read: (upTo = timeline.complete) => cursor.move(upTo),
    get readUpTo() {
      return cursor.upTo;
    },
    receipt: (message, username) => receipts.of(message, username),
    typing,
    async upload(file, chosen = {}) {
      const named = 'name' in file && typeof file.name === 'string' ? file.name : 'file';
      const filename = chosen.filename ?? named;
      const content_type = file.type || 'application/octet-stream';
      const { width, height } = chosen;
      const announced = { filename, content_type, size: file.size, width, height };
      const form = await http<UploadForm>('POST', `${path}/attachments`, announced);
      await postFile(form, file, chosen, options.fetch);
      return form.id;
    },
    listen: changes.listen,
    close() {
      missing.stop();
      cursor.stop();
      typing.stop();
      options.onClose();
    },
    handle,
    changed,
    async catchUp() {
      const { complete } = timeline;
      await missing.now();
      return timeline.complete > complete;
    },
    async reload() {
      try {
        view = await options.load();
      } catch {
        // The next connection loads them again, and what the log says comes without.
        return;
      }
      receipts.load(view.members);
      cursor.confirm(view.read_seq);
      changed();
    },
    stored({ what }, { change = 0, ...message }) {
      if (what.type === 'create') return apply({ type: 'chat_message', room: id, ...message });
      if (what.type !== 'react') {
        const type = what.type === 'edit' ? 'message_edited' : 'message_deleted';
        return apply({ ...message, type, room: id, change });
      }
      const { emoji, remove: removed } = what;
      apply({ type: 'reaction', conversation: id, seq: message.seq, emoji, user: me, removed, change });
    },
  };
  return self;
}
