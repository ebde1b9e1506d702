/** Up and down between the links of a list, first and last with Home and End. To be given to the list as `onKeyDown`. */
export function moveWithArrows(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a[href], button:not(:disabled)')];
  const place = links.findIndex((link) => link.matches(':focus'));
  const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined || place < 0) return;
  event.preventDefault();
  links[to]?.focus();
}
