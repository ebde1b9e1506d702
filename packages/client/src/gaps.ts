import type { Clock } from './clock.ts';

/** A number may come this late. The random part keeps the members of a room from asking all at once. */
const graceMs = 1_000;
const graceSpreadMs = 4_000;
/** Of a larger gap only the last numbers are tracked. */
const maxTracked = 100;

/** Missing numbers of conversations that are not open. */
export function createGaps(options: {
  readonly clock: Clock;
  readonly random: () => number;
  /** Something did not come in time. */
  onMissing(conversation: string): void;
}) {
  const { clock, random } = options;
  const gaps = new Map<string, { readonly missing: Set<number>; cancel(): void }>();

  /** Nothing is missing any more. */
  function clear(conversation: string): void {
    gaps.get(conversation)?.cancel();
    gaps.delete(conversation);
  }

  return {
    /** A conversation went on from one `seq` to another. The numbers in between may still come, or were lost. */
    skip(conversation: string, from: number, to: number): void {
      if (to <= from + 1) return;
      const missing = gaps.get(conversation)?.missing ?? new Set();
      for (let seq = Math.max(from + 1, to - maxTracked); seq < to; seq++) missing.add(seq);
      if (gaps.has(conversation)) return;
      const cancel = clock.after(graceMs + random() * graceSpreadMs, () => {
        clear(conversation);
        options.onMissing(conversation);
      });
      gaps.set(conversation, { missing, cancel });
    },
    /** This `seq` came. @returns whether it was missing */
    fill(conversation: string, seq: number): boolean {
      const { missing } = gaps.get(conversation) ?? {};
      const isLate = missing?.delete(seq) ?? false;
      if (missing?.size === 0) clear(conversation);
      return isLate;
    },
    clear,
  };
}
