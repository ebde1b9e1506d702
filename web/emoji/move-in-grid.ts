/** `onKeyDown` of a grid of buttons: arrows, Home and End move the focus. @returns false if the key goes out of it, over the first row */
export function moveInGrid(event: KeyboardEvent, grid: HTMLElement): boolean {
  const buttons = [...grid.querySelectorAll('button')];
  const index = buttons.findIndex((button) => button.matches(':focus'));
  const [first] = buttons;
  if (!first || index < 0) return true;
  const columns = buttons.filter(({ offsetTop }) => offsetTop === first.offsetTop).length;
  const forward = getComputedStyle(grid).direction === 'rtl' ? -1 : 1;
  const next = {
    ArrowRight: index + forward,
    ArrowLeft: index - forward,
    ArrowDown: index + columns,
    ArrowUp: index - columns,
    Home: 0,
    End: buttons.length - 1,
  }[event.key];
  if (next === undefined) return true;
  event.preventDefault();
  if (event.key === 'ArrowUp' && next < 0) return false;
  buttons[next]?.focus();
  return true;
}
