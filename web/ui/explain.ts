import { ParleyError } from '@parley/client';
import { t } from '../words/words.ts';

/** Why something failed, as a sentence for the user. */
export async function explain(error: Error): Promise<string> {
  if (!(error instanceof ParleyError)) return error.message;
  const sentences = await import('./error-sentence.ts').catch(() => undefined);
  return sentences?.errorSentence(error) ?? t('The server cannot be reached. Check your connection and try again.');
}
