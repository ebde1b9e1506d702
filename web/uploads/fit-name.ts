import { limits } from '../../protocol/limits.ts';

/** A file's name as the server takes it: no control characters, and not too long; its ending stays. */
export function fitName(name: string): string {
  const clean = name.toWellFormed().replace(/\p{Cc}/gu, ' ');
  const most = limits.filenameLength;
  if (clean.length <= most) return clean || 'file';
  const [ending = ''] = /\.[^.]{1,20}$/.exec(clean) ?? [];
  return `${clean.slice(0, most - ending.length - 1).replace(/[\ud800-\udbff]$/, '')}…${ending}`;
}
