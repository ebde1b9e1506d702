/**
 * What is as frequent as messages goes over the open socket: it costs half of an HTTP request there. So do new tokens, which spare a new socket.
 * See docs/cost.md of the repository.
 */
import type { Clock } from './clock.ts';
import type { Frame } from './connection.ts';
import type { ToError } from './error-from-response.ts';
import type { OutboxItem } from './outbox.ts';
import type { ConversationView, Message, ServerEvent } from './protocol.ts';
import type { Tokens } from './tokens.ts';

/** A message that takes longer is sent once more over HTTP. The server recognizes it. */
const answerMs = 8_000;
/** API Gateway closes a socket for a frame of more than 32 KB; a character takes up to three bytes. */
const longestFrame = 10_000;
/** A program may give tokens that are nearly over. */
const leastRenewalMs = 30_000;

export type SocketRequests = ReturnType<typeof createSocketRequests>;

export function createSocketRequests(options: {
  readonly clock: Clock;
  readonly tokens: Tokens;
  /** Given, so that this part imports nothing and is small. */
  readonly toError: ToError;
  /** @returns whether there is a socket */
  send(frame: Frame, answered?: boolean): boolean;
  /** Opens another socket, with a new token. */
  replace(): void;
  /** The list of conversations. */
  views(): readonly ConversationView[];
  /** Are all conversations in it? */
  isWhole(): boolean;
  /** Unread messages in all conversations together, as the server said last. It does not tell what a connection has read itself. */
  readonly unread: number;
  /** A frame failed that said how far the user has read. It may be one of these. */
  onReadFailed(conversation: string, upTo: number): void;
}) {
  const { clock, tokens, send, toError, replace } = options;
  const unanswered = () => toError('internal', 'unable to send the message; try again');
  const waiting = new Map<string, { resolve(message: Message): void; reject(error: Error): void }>();
  /** Conversation → how far the user has read, as long as the server may still refuse it. */
  const reads = new Map<string, number>();

  function onFault(): void {
    for (const { reject } of waiting.values()) reject(unanswered());
    for (const [conversation, upTo] of reads) options.onReadFailed(conversation, upTo);
    reads.clear();
  }

  let cancelRenewal = () => {};

  /** Unread messages of listed conversations that are neither quiet nor put away. */
  const listed = () =>
    options.views().reduce((sum, { unread_count, settings, last_message }) => {
      const isQuiet = settings && (settings.notify !== 'all' || Date.parse(settings.muted_until ?? '') > clock.now());
      const isAway = settings?.archived && (last_message?.seq ?? 0) <= (settings.archived_seq ?? 0);
      return isQuiet || isAway ? sum : sum + unread_count;
    }, 0);
  /** Those of conversations that are not listed yet. */
  let unlisted = Math.max(0, options.unread - listed());

  /** Before the token expires, a new one goes over the open socket. If that is not answered, another socket is opened with it. */
  async function renewLater(): Promise<void> {
    cancelRenewal();
    const leftMs = tokens.left(await tokens.get());
    // A timer has at most 24 days.
    if (leftMs > 86_400_000) return;
    cancelRenewal = clock.after(Math.max(leastRenewalMs, leftMs), async () => {
      cancelRenewal = clock.after(answerMs, replace);
      try {
        send({ type: 'renew_token', token: await tokens.get() });
      } catch {}
    });
  }

  return {
    /** The socket is open, and all that was missing is there. */
    onLive: () => void renewLater().catch(() => {}),
    unread: () => listed() + (options.isWhole() ? 0 : unlisted),
    /** Sends a new message. @returns the stored message; undefined if it must go over HTTP. It rejects with a ParleyError. */
    create({ client_id, conversation, action }: OutboxItem): Promise<Message> | undefined {
      if (action.type !== 'create') return undefined;
      const frame = { ...action, conversation, client_id };
      if (JSON.stringify(frame).length > longestFrame || !send(frame, true)) return undefined;
      return new Promise<Message>((resolve, reject) => {
        waiting.set(client_id, { resolve, reject });
        clock.after(answerMs, () => reject(unanswered()));
      }).finally(() => waiting.delete(client_id));
    },
    /**
     * Says how far the user has read. No answer means that it went well. What is read in part goes over HTTP, because then somebody has to count
     * what is left, and only an answer tells when. @returns whether it was sent
     */
    read(conversation: string, upTo: number): boolean {
      const view = options.views().find(({ id }) => id === conversation);
      if (upTo < (view?.last_message?.seq ?? 0)) return false;
      if (!send({ type: 'read_messages', conversation, up_to: upTo, quiet: true })) return false;
      reads.set(conversation, upTo);
      clock.after(answerMs, () => reads.get(conversation) === upTo && reads.delete(conversation));
      return true;
    },
    apply(event: ServerEvent): void {
      if (event.type === 'unread_count') unlisted = Math.max(0, event.unread_count - listed());
      if (event.type === 'token_renewed') renewLater().catch(() => {});
      if (event.type === 'chat_message') waiting.get(event.client_id ?? '')?.resolve(event);
      if (event.type !== 'error') return;
      const { client_id, code, message, retry_after } = event;
      if (client_id === undefined) onFault();
      else waiting.get(client_id)?.reject(toError(code, message, retry_after));
    },
    onFault,
  };
}
