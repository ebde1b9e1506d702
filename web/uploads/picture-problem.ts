import { limits } from '@parley/client/text';
import { t } from '../words/words.ts';
import { formatSize } from './format-size.ts';

/** Types of files that can be a picture of a person or a group. */
export const pictureTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Why a file cannot be a picture of a person or a group: a sentence; undefined if it can. */
export function pictureProblem({ type, size }: Pick<File, 'type' | 'size'>): string | undefined {
  if (!pictureTypes.includes(type)) return t('A picture can be a PNG, JPEG, GIF or WebP file.');
  if (size > limits.avatarBytes)
    return t('A picture can have {size} at most.', { size: formatSize(limits.avatarBytes) });
  return size === 0 ? t('This file is empty.') : undefined;
}
