import type { Settings } from './settings.ts';

/**
 * For how many days backups keep what was changed or deleted; 0: there are none. No longer than messages themselves are kept, so that a message is
 * gone everywhere after twice that time.
 */
export function recoveryDays({
  recoveryDays,
  messageRetentionDays,
}: Pick<Settings, 'recoveryDays' | 'messageRetentionDays'>): number {
  return Math.min(recoveryDays, messageRetentionDays || recoveryDays);
}
