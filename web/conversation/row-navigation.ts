/** `onKeyDown` of a thread: arrows move the focus between messages. On the thread itself, Enter focuses the last message. */
export function navigateRows(event: KeyboardEvent): void {
  const { currentTarget: scroller, target, key } = event;
  if (!(scroller instanceof HTMLElement) || !(target instanceof HTMLElement)) return;
  const rows = [...scroller.querySelectorAll<HTMLElement>('[data-seq]')];
  const index = rows.indexOf(target);
  if (target === scroller && key === 'Enter') rows.at(-1)?.focus();
  else if (index >= 0 && key === 'ArrowUp') rows[index - 1]?.focus();
  else if (index >= 0 && key === 'ArrowDown') rows[index + 1]?.focus();
  else return;
  event.preventDefault();
}
