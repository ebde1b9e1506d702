import { createCatchUp } from './catch-up.ts';
import type { Timers } from './clock.ts';
import type { OpenConversation } from './conversation.ts';
import { createEmitter } from './emitter.ts';
import { Forbidden, type ParleyError } from './errors.ts';
import type { HistoryFrom, HistoryPage } from './history.ts';
import { type Http, pathOf, queryOf } from './http.ts';
import type { Outbox, OutboxItem } from './outbox.ts';
import type { ConversationChange, ConversationView, MessagePage, ServerEvent } from './protocol.ts';
import { createReadCursor } from './read-cursor.ts';
import { createReceipts } from './receipts.ts';
import { createTimeline, type LogEvent } from './timeline.ts';
import { createTypingSender } from './typing.ts';
import type { Upload } from './uploads.ts';

export function createConversation(options: {
  readonly view: ConversationView;
  readonly me: string;
  readonly http: Http;
  readonly outbox: Outbox;
  readonly clock: Timers;
  readonly random: () => number;
  readonly upload: Upload;
  sendTyping(typing: boolean): void;
  sendRead(upTo: number): Promise<unknown>;
  typingUsers(): readonly string[];
  history(conversation: string, start?: HistoryFrom): AsyncGenerator<HistoryPage, void, undefined>;
  load(): Promise<ConversationView>;
  onLeave(): void;
  onClose(): unknown;
}): OpenConversation {
  const { http, outbox, clock, random, me } = options;
  const { id } = options.view;
  let { view } = options;
  let ended: ParleyError | undefined;
  const path = pathOf(id);
  const changes = createEmitter<void>();
  const notify = () => changes.emit();
  const timeline = createTimeline(Math.max(0, view.seq - 50));
  const receipts = createReceipts();
  receipts.load(view.members);

  const missing = createCatchUp({ id, http, timeline, clock, random, onEvent: applyToLog, onEnd: end });
  const typing = createTypingSender(clock, (types) => {
    // Nobody would get it in a large conversation.
    if (view.online === undefined) options.sendTyping(types);
  });
  const cursor = createReadCursor({
    clock,
    random,
    start: view.read_seq,
    send: options.sendRead,
    onChange: notify,
  });

  function end(error: ParleyError): void {
    ended = error;
    // The server would refuse a request that still waits.
    cursor.stop();
    notify();
  }

  function applyToLog(event: LogEvent): void {
    timeline.apply(event);
    if (event.type === 'chat_message') {
      receipts.apply(event);
      if (event.from_user.username === me) {
        cursor.confirm(event.seq);
        if (event.client_id !== undefined) outbox.acknowledge(event);
      }
    }
    if (timeline.latestSeq > timeline.completeUpTo) missing.soon();
    notify();
  }

  function apply(event: ServerEvent & { conversation: string }): void {
    switch (event.type) {
      case 'conversation_updated':
        applyToLog(event);
        onMembers(event.change);
        break;
      case 'chat_message':
      case 'message_edited':
      case 'message_deleted':
      case 'messages_erased':
      case 'reaction':
      case 'message_hidden':
      case 'history_cleared':
        applyToLog(event);
        break;
      case 'presence_count':
        view = { ...view, online: event.online };
        notify();
        break;
      default:
        if (event.type === 'messages_read' && event.user === me) cursor.confirm(event.up_to);
        if (receipts.apply(event)) notify();
    }
  }

  function endMembership(): void {
    end(new Forbidden('forbidden', 'unable to go on; you are no member any more'));
  }

  function onMembers({ kind, by, who = by }: ConversationChange): void {
    // The server refuses every request of a former member, so this one is not sent.
    if (who === me && (kind === 'left' || kind === 'removed')) endMembership();
    else void self.reload();
  }

  const send = (action: OutboxItem['action']) => outbox.send(id, action);

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
    get completeUpTo() {
      return timeline.completeUpTo;
    },
    get hasOlder() {
      return timeline.firstSeq > 1;
    },
    async loadOlder() {
      let before = timeline.firstSeq;
      for (let isEmpty = true; isEmpty && before > 1; ) {
        const { results, next } = await http<MessagePage>('GET', `${path}/messages?limit=50&before=${before}`);
        // Meanwhile the timeline has forgotten what follows this page, or has it from another call.
        if (timeline.firstSeq !== before) break;
        before = next === null ? 1 : Number(queryOf(next).get('before'));
        timeline.addOlder(results, before);
        isEmpty = results.length === 0;
        notify();
      }
      return timeline.firstSeq > 1;
    },
    history: (start) => options.history(id, start),
    send(content) {
      typing.sent();
      return send({ type: 'create', ...(typeof content === 'string' ? { message: content } : content) });
    },
    edit: (seq, message) => send({ type: 'edit', seq, message }),
    delete: (seq) => send({ type: 'delete', seq }),
    react: (seq, emoji, { remove = false } = {}) => send({ type: 'react', seq, emoji, remove }),
    async deleteForMe(seq) {
      await http('DELETE', `${path}/messages/${seq}?for=me`);
      applyToLog({ type: 'message_hidden', conversation: id, seq });
    },
    async clearHistory(upTo) {
      const query = upTo === undefined ? '' : `?up_to=${upTo}`;
      const { up_to } = await http<{ up_to: number }>('DELETE', `${path}/messages${query}`);
      applyToLog({ type: 'history_cleared', conversation: id, up_to });
    },
    async leave() {
      // A cursor is sent a moment later, and the server would refuse that of a former member.
      cursor.stop();
      try {
        await http('DELETE', `${path}/members/${encodeURIComponent(me)}`);
      } catch (error) {
        cursor.resume();
        throw error;
      }
      endMembership();
      self.close();
      options.onLeave();
    },
    read: (upTo = timeline.completeUpTo) => cursor.move(upTo),
    get readUpTo() {
      return cursor.upTo;
    },
    receipt: receipts.of,
    typing: {
      get users() {
        return options.typingUsers();
      },
      keystroke: typing.keystroke,
      stop: typing.stop,
    },
    upload: (file, chosen) => options.upload(`${path}/attachments`, file, chosen),
    subscribe: changes.subscribe,
    close() {
      missing.stop();
      cursor.close();
      typing.stop();
      options.onClose();
    },
    apply,
    notify,
    async catchUp() {
      const { completeUpTo } = timeline;
      await missing.now();
      return timeline.completeUpTo > completeUpTo;
    },
    async reload() {
      try {
        view = await options.load();
      } catch {
        // The next connection loads it again.
        return;
      }
      receipts.load(view.members);
      cursor.stored(view.read_seq);
      notify();
    },
    onStored({ action }, { change = 0, ...message }) {
      if (action.type === 'create') return applyToLog({ type: 'chat_message', room: id, ...message });
      if (action.type !== 'react') {
        const type = action.type === 'edit' ? 'message_edited' : 'message_deleted';
        return applyToLog({ ...message, type, room: id, change });
      }
      const { emoji, remove: removed } = action;
      applyToLog({ type: 'reaction', conversation: id, seq: message.seq, emoji, user: me, removed, change });
    },
  };
  return self;
}
