/**
 * `onKeyDown` of a list of links or buttons: Up and Down move the focus between them, Home and End to the first and last; Up from the first one goes
 * to the search field above the list. Buttons beside a link are reached by Tab.
 */
export function focusWithArrows(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const links = [
    ...event.currentTarget.querySelectorAll<HTMLElement>('a[href], button:not(:disabled, a[href] + button)'),
  ];
  const index = links.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: links.length - 1 }[event.key];
  if (next === undefined || index < 0) return;
  event.preventDefault();
  const field = next < 0 && event.currentTarget.parentElement?.querySelector<HTMLElement>('input[type="search"]');
  (field || links[next])?.focus();
}
