/** In a thread, arrows lead from message to message once one of them has the focus; Enter brings the thread's last one. */
export function moveAmongRows(event: KeyboardEvent): void {
  const { currentTarget: scroller, target, key } = event;
  if (!(scroller instanceof HTMLElement) || !(target instanceof HTMLElement)) return;
  const rows = [...scroller.querySelectorAll<HTMLElement>('[data-seq]')];
  const at = rows.indexOf(target);
  if (target === scroller && key === 'Enter') rows.at(-1)?.focus();
  else if (at >= 0 && key === 'ArrowUp') rows[at - 1]?.focus();
  else if (at >= 0 && key === 'ArrowDown') rows[at + 1]?.focus();
  else return;
  event.preventDefault();
}
