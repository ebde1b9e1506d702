/** Which colours somebody chose: this stands before everything else, so that the first picture has them already. */
const place = 'parley.theme';

function show(): void {
  try {
    const theme = localStorage.getItem(place);
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  } catch {
    // The browser keeps nothing for this page: it looks as the device does.
  }
}

show();
addEventListener('storage', show);
