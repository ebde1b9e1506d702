import { useState } from 'preact/hooks';
import { kept } from '../ui/storage.ts';
import { t } from '../words/words.ts';

const themes = { system: 'System', light: 'Light', dark: 'Dark' } as const;
type Theme = keyof typeof themes;

/** Read by apply-theme.ts before the page is there. */
const storageKey = 'parley.theme';

function storedTheme(): Theme {
  const stored = kept.getItem(storageKey);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function storeTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') {
    kept.removeItem(storageKey);
    delete dataset.theme;
  } else {
    kept.setItem(storageKey, theme);
    dataset.theme = theme;
  }
}

export function ThemeChoice() {
  const [chosen, setChosen] = useState(storedTheme);
  return (
    <section>
      <h3 id="theme">{t('Colours')}</h3>
      <fieldset class="choice" aria-labelledby="theme">
        {(Object.keys(themes) as Theme[]).map((theme) => (
          <label key={theme}>
            <input
              type="radio"
              name="theme"
              checked={chosen === theme}
              onChange={() => {
                storeTheme(theme);
                setChosen(theme);
              }}
            />
            {t(themes[theme])}
          </label>
        ))}
      </fieldset>
    </section>
  );
}
