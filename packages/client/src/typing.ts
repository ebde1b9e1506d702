import type { Clock } from './clock.ts';

export interface TypingSender {
  /** Call this with each key. The server is told after a second, and then every fourteen seconds at most. The others forget it eighteen seconds after they were told. */
  keystroke(): void;
  /** Tells the others that the user has stopped, if they do not know it. Sending a message needs no such call: the message says so. */
  stop(): void;
}

/**
 * Each frame costs as much as half a message. Who sends a short one has sent it before `startMs`, and others forget a typing user after
 * `forgetMs`, so it is repeated just before: most messages take one frame. Earlier clients forget after fifteen seconds.
 */
const startMs = 1_000;
const repeatMs = 14_000;
const forgetMs = 18_000;

/** Tells the server that this user is typing. `sent`: the user has sent a message, and the others know. */
export function createTypingSender(clock: Clock, send: (typing: boolean) => void): TypingSender & { sent(): void } {
  let toldAt = Number.NEGATIVE_INFINITY;
  let cancelStart: (() => void) | undefined;
  const isKnown = (ms: number) => clock.now() - toldAt < ms;
  const sent = () => {
    cancelStart?.();
    cancelStart = undefined;
    toldAt = Number.NEGATIVE_INFINITY;
  };
  const tell = () => {
    cancelStart = undefined;
    toldAt = clock.now();
    send(true);
  };

  return {
    keystroke() {
      if (isKnown(repeatMs)) return;
      if (isKnown(forgetMs)) tell();
      else cancelStart ??= clock.after(startMs, tell);
    },
    stop() {
      if (isKnown(forgetMs)) send(false);
      sent();
    },
    sent,
  };
}

/** Knows which users are typing, in all conversations. */
export function createTypingUsers(clock: Clock, onChange: (conversation: string) => void) {
  /** By conversation and user: the function that cancels the timer. */
  const timers = new Map<string, () => void>();
  const users = new Map<string, readonly string[]>();

  function apply(conversation: string, user: string, typing: boolean): void {
    const key = `${conversation} ${user}`;
    const before = users.get(conversation) ?? none;
    timers.get(key)?.();
    timers.delete(key);
    if (typing)
      timers.set(
        key,
        clock.after(forgetMs, () => apply(conversation, user, false)),
      );
    if (typing === before.includes(user)) return;
    users.set(conversation, typing ? [...before, user] : before.filter((other) => other !== user));
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
