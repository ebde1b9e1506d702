/** Applies the colours that the user chose. A script of its own before the page, so that the first paint already has them. */
const storageKey = 'parley.theme';

function applyTheme(): void {
  try {
    const theme = localStorage.getItem(storageKey);
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  } catch {
    // The browser stores nothing for this page: the device's colours are used.
  }
}

applyTheme();
addEventListener('storage', applyTheme);
