import type { ConversationView } from '@parley/client';
import { effect, type ReadonlySignal, signal } from '@preact/signals';

/** A timer does not wait longer than this. https://developer.mozilla.org/docs/Web/API/Window/setTimeout#maximum_delay_value */
const longestMs = 86_400_000;

/** The time, which changes when a mute ends: what depends on mutes is then computed again. @returns `now`, ms */
export function createMuteClock(conversations: ReadonlySignal<readonly ConversationView[]>): {
  readonly now: ReadonlySignal<number>;
  stop(): void;
} {
  const now = signal(Date.now());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    clearTimeout(timer);
    const ends = conversations.value
      .map(({ settings }) => Date.parse(settings?.muted_until ?? ''))
      .filter((end) => end > now.value);
    if (ends.length === 0) return;
    const next = Math.min(...ends) - Date.now();
    timer = setTimeout(
      () => {
        now.value = Date.now();
      },
      Math.min(Math.max(0, next) + 1, longestMs),
    );
  });
  return {
    now,
    stop() {
      clearTimeout(timer);
      stop();
    },
  };
}
