import { plural, t } from '../words/words.ts';

/** `1 KB`, `2.4 MB`. A KB has 1,024 bytes, as in the limits. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return plural('{n} byte|{n} bytes', bytes);
  return bytes < 1024 * 1023.5
    ? t('{size} KB', { size: rounded(bytes / 1024) })
    : t('{size} MB', { size: rounded(bytes / 1024 / 1024) });
}

function rounded(size: number): number {
  return size < 9.95 ? Number(size.toFixed(1)) : Math.round(size);
}
