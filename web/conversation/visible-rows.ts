/** The rows of a thread as they lie in its scroller. */

/** px of a row that have to be seen for it to be seen */
const enough = 24;

/** The number of the last message that is in sight; undefined where none is. */
export function lastSeen(scroller: HTMLElement): number | undefined {
  const { bottom } = scroller.getBoundingClientRect();
  return seqOf(lastRow(scroller, (row) => row.top <= bottom - enough));
}

/**
 * A row and how far below the scroller's upper edge it ends: where it begins changes when older ones come before it that are the same author's,
 * as the name stands above the first.
 */
export interface Anchor {
  readonly seq: number;
  readonly offset: number;
}

/** The first row that is in sight: what must not move when something comes before it. */
export function anchorOf(scroller: HTMLElement): Anchor | undefined {
  const { top } = scroller.getBoundingClientRect();
  const row = lastRow(scroller, (rect) => rect.top <= top) ?? scroller.querySelector<HTMLElement>(rows);
  const seq = seqOf(row ?? undefined);
  return row && seq !== undefined ? { seq, offset: row.getBoundingClientRect().bottom - top } : undefined;
}

/** Scrolls so that a row lies where it lay. */
export function returnTo(scroller: HTMLElement, { seq, offset }: Anchor): void {
  const row = rowOf(scroller, seq);
  if (!row) return;
  const now = row.getBoundingClientRect().bottom - scroller.getBoundingClientRect().top;
  if (Math.abs(now - offset) >= 1) scroller.scrollTop += now - offset;
}

export function rowOf(scroller: HTMLElement, seq: number): HTMLElement | null {
  return scroller.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
}

const rows = '[data-seq]';

/** The last row of which something holds that holds of all rows before it. */
function lastRow(scroller: HTMLElement, holds: (rect: DOMRect) => boolean): HTMLElement | undefined {
  const all = scroller.querySelectorAll<HTMLElement>(rows);
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = all[middle];
    if (row && holds(row.getBoundingClientRect())) low = middle + 1;
    else high = middle;
  }
  return all[low - 1];
}

function seqOf(row: HTMLElement | undefined): number | undefined {
  return row?.dataset.seq === undefined ? undefined : Number(row.dataset.seq);
}
