import { t } from '../words/words.ts';
import { showToast } from './toast.tsx';

/** Puts a text into the clipboard, and says whether it could. */
export function copyText(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => showToast(t('Copied.')),
    () => showToast(t('Unable to copy; the browser does not allow it.')),
  );
}
