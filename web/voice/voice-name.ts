import type { Attachment } from '@parley/client';
import { t } from '../words/words.ts';

/** A voice message is a sound with this name. The name says how long it is, so that it need not be downloaded for that. */
const pattern = /^voice-message-(\d{1,3})m(\d{1,2})s\.[a-z0-9]{2,4}$/;

/** @param extension such as `webm` */
export function voiceName(seconds: number, extension: string): string {
  const whole = Math.max(1, Math.round(seconds));
  return `voice-message-${Math.floor(whole / 60)}m${whole % 60}s.${extension}`;
}

/** How long a voice message is, in seconds; undefined for other files. */
export function voiceSeconds(filename: string): number | undefined {
  const [, minutes, seconds] = pattern.exec(filename) ?? [];
  return minutes === undefined ? undefined : Number(minutes) * 60 + Number(seconds);
}

/** The name of a file as people read it. */
export const fileLabel = (filename: string): string =>
  voiceSeconds(filename) === undefined ? filename : t('Voice message');

/** The files of a message in one line: what they are, and the names of those that are documents. */
export function filesInWords(files: readonly Pick<Attachment, 'filename' | 'content_type'>[]): string {
  const words = files.map(({ filename, content_type }) => {
    if (content_type.startsWith('image/')) return t('Photo');
    return content_type.startsWith('video/') ? t('Video') : fileLabel(filename);
  });
  return [...new Set(words)].join(', ');
}
