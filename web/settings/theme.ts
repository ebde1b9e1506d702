/** `theme.ts` shows it before the page is there. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const place = 'parley.theme';

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(place);
  return themes.find((theme) => theme === kept) ?? 'system';
}

export function chooseTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') {
    localStorage.removeItem(place);
    delete dataset.theme;
  } else {
    localStorage.setItem(place, theme);
    dataset.theme = theme;
  }
}
