/** Is the page used with fingers? Then Enter begins a new line, because keyboards on a screen have no Shift+Enter, and Back closes a menu. */
export function isTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}
