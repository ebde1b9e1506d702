import type { Clock } from './clock.ts';

export interface Skipped {
  /** A conversation went on from one number of its log to another: what lies between may come late, or was lost on its way. */
  pass(conversation: string, from: number, to: number): void;
  /** That number came. @returns whether it had been passed over */
  come(conversation: string, seq: number): boolean;
  /** All of it is known. */
  forget(conversation: string): void;
  stop(): void;
}

/** ms that a number may come late; the spread keeps the members of a room from asking all at once */
const grace = { least: 1_000, spread: 4_000 };
/** More than that is not waited for one by one. */
const most = 100;

/** Numbers that are missing in conversations which nobody has open. */
export function createSkipped(options: {
  readonly clock: Clock;
  readonly random: () => number;
  /** Something did not come. */
  onMissing(conversation: string): void;
}): Skipped {
  const { clock, random } = options;
  const waiting = new Map<string, { readonly numbers: Set<number>; cancel(): void }>();

  function forget(conversation: string): void {
    waiting.get(conversation)?.cancel();
    waiting.delete(conversation);
  }

  return {
    pass(conversation, from, to) {
      if (to <= from + 1) return;
      const numbers = waiting.get(conversation)?.numbers ?? new Set();
      for (let seq = Math.max(from + 1, to - most); seq < to; seq++) numbers.add(seq);
      if (waiting.has(conversation)) return;
      const cancel = clock.after(grace.least + random() * grace.spread, () => {
        forget(conversation);
        options.onMissing(conversation);
      });
      waiting.set(conversation, { numbers, cancel });
    },
    come(conversation, seq) {
      const { numbers } = waiting.get(conversation) ?? {};
      const late = numbers?.delete(seq) ?? false;
      if (numbers?.size === 0) forget(conversation);
      return late;
    },
    forget,
    stop() {
      for (const conversation of [...waiting.keys()]) forget(conversation);
    },
  };
}
