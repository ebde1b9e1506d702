/** Positions of rows in the scroller of a thread. */

/** px of a row that have to be visible */
const minVisible = 24;

/** The `seq` of the last visible message. */
export function lastVisibleSeq(scroller: HTMLElement): number | undefined {
  const { bottom } = scroller.getBoundingClientRect();
  return seqOf(lastRow(scroller, (row) => row.top <= bottom - minVisible));
}

/**
 * A row and the distance from the scroller's top edge to the row's bottom edge. Not to its top edge: the row loses the author's name, and with
 * it some height, when an older message of the same author is added before it.
 */
export interface Anchor {
  readonly seq: number;
  readonly offset: number;
}

/** The first visible row, which must not move when rows are added before it. */
export function anchorOf(scroller: HTMLElement): Anchor | undefined {
  const { top } = scroller.getBoundingClientRect();
  const row = lastRow(scroller, (rect) => rect.top <= top) ?? scroller.querySelector<HTMLElement>(rows);
  const seq = seqOf(row ?? undefined);
  return row && seq !== undefined ? { seq, offset: row.getBoundingClientRect().bottom - top } : undefined;
}

/** Scrolls so that the row is at the same place again. */
export function restoreAnchor(scroller: HTMLElement, { seq, offset }: Anchor): void {
  const row = rowOf(scroller, seq);
  if (!row) return;
  const now = row.getBoundingClientRect().bottom - scroller.getBoundingClientRect().top;
  if (Math.abs(now - offset) >= 1) scroller.scrollTop += now - offset;
}

/** The same until nothing moves any more: rows get their real heights when they are first painted. */
export function settleAt(scroller: HTMLElement, anchor: Anchor, frames = 10): void {
  restoreAnchor(scroller, anchor);
  if (frames > 0) requestAnimationFrame(() => settleAt(scroller, anchor, frames - 1));
}

export function rowOf(scroller: HTMLElement, seq: number): HTMLElement | null {
  return scroller.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
}

const rows = '[data-seq]';

/** The last row for which `holds` is true, by binary search: it must be true for all rows before that one. */
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
