/** px between what is opened and the page's edge */
const edge = 8;

/** Puts what is open above the page under something, or over it where there is no room, and within the page. */
export function placeBeside(element: HTMLElement, by: Element): void {
  const beside = by.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const below = beside.bottom + 4;
  const top = below + height + edge <= innerHeight ? below : beside.top - height - 4;
  const start = beside.left + beside.width / 2 > innerWidth / 2 ? beside.right - width : beside.left;
  element.style.top = `${Math.max(edge, Math.min(top, innerHeight - height - edge))}px`;
  element.style.left = `${Math.max(edge, Math.min(start, innerWidth - width - edge))}px`;
}
