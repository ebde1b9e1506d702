import type { Clock } from './clock.ts';

export interface TypingSender {
  /** Call this with each key. The server is told every three seconds at most, and told the end six seconds after the last call. */
  keystroke(): void;
  /** Ends it at once. Sending a message does that as well. */
  stop(): void;
}

/** Others forget a typing user after `forgetMs`, so it is repeated every `repeatMs`. */
const repeatMs = 3_000;
const forgetMs = 6_000;

/** Tells the server that this user is typing. */
export function createTypingSender(clock: Clock, send: (typing: boolean) => void): TypingSender {
  let sentAt: number | undefined;
  let cancel = () => {};

  function stop(): void {
    cancel();
    if (sentAt === undefined) return;
    sentAt = undefined;
    send(false);
  }

  return {
    keystroke() {
      cancel();
      cancel = clock.after(forgetMs, stop);
      if (sentAt !== undefined && clock.now() - sentAt < repeatMs) return;
      sentAt = clock.now();
      send(true);
    },
    stop,
  };
}

/** Knows which users are typing, in all conversations. */
export function createTypingUsers(clock: Clock, onChange: (conversation: string) => void) {
  /** By conversation and user: the function that cancels the timer. */
  const timers = new Map<string, Map<string, () => void>>();
  const users = new Map<string, readonly string[]>();

  function apply(conversation: string, user: string, typing: boolean): void {
    const known = timers.get(conversation) ?? new Map<string, () => void>();
    timers.set(conversation, known);
    const cancel = known.get(user);
    cancel?.();
    if (typing)
      known.set(
        user,
        clock.after(forgetMs, () => apply(conversation, user, false)),
      );
    else known.delete(user);
    if (typing === (cancel !== undefined)) return;
    users.set(conversation, [...known.keys()]);
    onChange(conversation);
  }

  return {
    /** Their names in a conversation, in the order in which they began; a new array after each change. */
    of: (conversation: string) => users.get(conversation) ?? none,
    apply,
  };
}

/** Always the same array, so that a comparison by identity sees no change. */
const none: readonly string[] = [];
