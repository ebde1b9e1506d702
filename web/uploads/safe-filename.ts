import { cleanName, limits } from '@parley/client/text';

/** A file name that the server accepts: cleaned, and not too long. The extension is kept. */
export function safeFilename(name: string): string {
  const clean = cleanName(name.toWellFormed());
  const maxLength = limits.filenameLength;
  if (clean.length <= maxLength) return clean || 'file';
  const [extension = ''] = /\.[^.]{1,20}$/.exec(clean) ?? [];
  return `${clean.slice(0, maxLength - extension.length - 1).replace(/[\ud800-\udbff]$/, '')}…${extension}`;
}
