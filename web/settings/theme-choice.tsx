import { useState } from 'preact/hooks';
import { chooseTheme, chosenTheme, type Theme, themes } from './theme.ts';

const words: Readonly<Record<Theme, string>> = { system: 'System', light: 'Light', dark: 'Dark' };

export function ThemeChoice() {
  const [chosen, setChosen] = useState(chosenTheme);
  return (
    <section>
      <h3 id="theme">Colours</h3>
      <fieldset class="choice" aria-labelledby="theme">
        {themes.map((theme) => (
          <label key={theme}>
            <input
              type="radio"
              name="theme"
              checked={chosen === theme}
              onChange={() => {
                chooseTheme(theme);
                setChosen(theme);
              }}
            />
            {words[theme]}
          </label>
        ))}
      </fieldset>
    </section>
  );
}
