import { Field } from '../ui/field.tsx';
import { t } from '../words/words.ts';

/** The code that was mailed. @param isLocal the server is a local runtime, which writes mail to files */
export function CodeField({ isLocal }: { readonly isLocal: boolean }) {
  return (
    <>
      {isLocal && (
        <p class="note">
          {t(
            'This server is local and sends no mail. The code is printed on its console, and written to a file in .parley/mail.',
          )}
        </p>
      )}
      <Field
        label={t('Code')}
        class="field code"
        focused
        name="code"
        inputMode="numeric"
        autocomplete="one-time-code"
        pattern="\s*[0-9]{6}\s*"
        title={t('Six digits')}
      />
    </>
  );
}
