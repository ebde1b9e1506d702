/** The icons that only the parts of lazy-chunk.ts show. Drawn as those of icon.tsx. */
export const laterIcons = {
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21.5h4',
  dot: 'M12 12v.01',
  forward: 'M14 6l6 6-6 6M19.5 12H10a6 6 0 0 0-6 6v1',
  out: 'M14 4H6v16h8M10 12h11M17.5 8.5L21 12l-3.5 3.5',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 21a7.5 7.5 0 0 1 15 0',
  select: 'M4 4h16v16H4zM8 12.5l3 3L16.5 9',
  trash: 'M4 7h16M9 7V4h6v3M6.5 7l1 13.5h9l1-13.5',
  unread: 'M19.5 10.5A8 8 0 1 1 13.5 4.5M19 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  up: 'M6 14.5l6-6 6 6',
  copy: 'M9 8h11v13H9zM5 16H4V3h11v2',
  group:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14a6.5 6.5 0 0 1 3.5 6',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4.2 4.2 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4.2 4.2 0 0 0 6 6l1-1',
  settings:
    'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 2.5v3M12 18.5v3M21.5 12h-3M5.5 12h-3M18.7 5.3l-2.1 2.1M7.4 16.6l-2.1 2.1M18.7 18.7l-2.1-2.1M7.4 7.4L5.3 5.3',
  window: 'M10 5H4v15h15v-6M14 4h6v6M20 4l-9 9',
} as const;

export type LaterIcon = keyof typeof laterIcons;
