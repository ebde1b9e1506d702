import { useAction } from '../ui/use-action.ts';
import { chooseLanguage, chosenLanguage, type Language } from '../words/language.ts';
import { t } from '../words/words.ts';

/** Each by its own name, for those who do not understand the others. */
const languages: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch', es: 'Español', ar: 'العربية' };

/** The language of the page on this device. */
export function LanguageChoice() {
  const { busy, run } = useAction();
  return (
    <label class="label">
      {t('Language')}
      <select
        class="field"
        value={chosenLanguage() ?? ''}
        disabled={busy}
        onChange={({ currentTarget: { value } }) =>
          run(() => chooseLanguage(value === '' ? undefined : (value as Language)))
        }
      >
        <option value="">{t('As the browser')}</option>
        {Object.entries(languages).map(([language, name]) => (
          <option key={language} value={language} lang={language}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
