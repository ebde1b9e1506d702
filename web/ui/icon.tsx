import type { LaterIcon } from './later-icons.ts';

/** SVG paths in a square of 24 by 24, drawn for this page: those of the first view. */
const shapes = {
  archive: 'M3.5 5h17v4h-17zM5 9v10h14V9M10 13h4',
  attach: 'M21 11.5 12.5 20a5.5 5.5 0 0 1-8-8L13 3.5a3.7 3.7 0 0 1 5.3 5.3l-8.4 8.4a1.9 1.9 0 0 1-2.7-2.7L15 6.8',
  back: 'M15 5l-7 7 7 7',
  'bell-off': 'M6 17V11a6 6 0 0 1 9-5.2M18 11v6l1.5 2h-15M10 21.5h4M4 4l16 16',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  checks: 'M2 12.5l4.5 4.5L15 8M11 16l1.5 1.2L22 8',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M6 9.5l6 6 6-6',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20.5h14',
  edit: 'M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM14 6.5l3.5 3.5',
  file: 'M6 3h8l5 5v13H6zM14 3v5h5',
  mic: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21',
  menu: 'M12 5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1zM12 11.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1zM12 18a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1z',
  next: 'M9 5l7 7-7 7',
  none: '',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5.5M12 7.5v.01',
  pin: 'M9 4h6l-.5 6 3 3.5h-11l3-3.5zM12 13.5V21',
  plus: 'M12 5v14M5 12h14',
  reply: 'M10 6L4 12l6 6M4.5 12H14a6 6 0 0 1 6 6v1',
  room: 'M5 9h15M4 15h15M10.5 4l-2 16M15.5 4l-2 16',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5',
  send: 'M4 12l16-8-5 16-4-6.5zM11 13.5L20 4',
  warning: 'M12 4L2.5 20.5h19zM12 10v5M12 18v.01',
  smile: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 14a4 4 0 0 0 7 0M9 9.5v.01M15 9.5v.01',
} as const;

export type IconName = keyof typeof shapes | LaterIcon;

const known: Record<string, string> = { ...shapes };

/** Those of the later parts come with them. */
export function addIcons(more: Readonly<Record<LaterIcon, string>>): void {
  Object.assign(known, more);
}

/** They point along the line, so they are mirrored where that runs from right to left. */
const directed: ReadonlySet<IconName> = new Set(['back', 'forward', 'next', 'out', 'reply', 'send']);

/** Hidden from screen readers: an icon is always beside a text, or in a button with a label. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={directed.has(name) ? 'icon directed' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
      <path d={known[name]} />
    </svg>
  );
}
