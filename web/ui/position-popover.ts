/** px between a popover and the edge of the page */
const margin = 8;
/** px between a popover and its anchor */
const gap = 4;

/** Puts a popover below its anchor, or above it if there is no room below; always inside the page. */
export function positionPopover(popover: HTMLElement, anchor: Element): void {
  const { top: anchorTop, bottom, left, right, width: anchorWidth } = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = bottom + gap;
  const top = below + height + margin <= innerHeight ? below : anchorTop - height - gap;
  const start = left + anchorWidth / 2 > innerWidth / 2 ? right - width : left;
  popover.style.top = `${Math.max(margin, Math.min(top, innerHeight - height - margin))}px`;
  popover.style.left = `${Math.max(margin, Math.min(start, innerWidth - width - margin))}px`;
}
