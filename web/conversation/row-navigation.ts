/** `onKeyDown` of a thread: arrows, Home and End move the focus between messages. On the thread itself, Enter focuses the last message. */
export function navigateRows(event: KeyboardEvent): void {
  const { currentTarget: scroller, target, key } = event;
  if (!(scroller instanceof HTMLElement) || !(target instanceof HTMLElement)) return;
  const rows = [...scroller.querySelectorAll<HTMLElement>('[data-seq]')];
  const at = rows.indexOf(target);
  const last = rows.length - 1;
  if (at < 0 && target !== scroller) return;
  const steps: Readonly<Record<string, number>> =
    at < 0 ? { Enter: last } : { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: last };
  const row = rows[steps[key] ?? -1];
  if (!row) return;
  row.focus();
  event.preventDefault();
}
