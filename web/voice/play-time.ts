import { locale, number } from '../words/words.ts';

/** `1:05`, with the digits of the reader's country. */
export function playTime(seconds: number): string {
  const whole = Math.round(seconds);
  const rest = (whole % 60).toLocaleString(locale(), { minimumIntegerDigits: 2 });
  return `${number(Math.floor(whole / 60))}:${rest}`;
}
