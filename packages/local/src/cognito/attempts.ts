import type { Clock } from '#clock';
import { CognitoError, notAuthorized } from './errors.ts';

const hour = 3_600_000;

/** Requests per user and hour. The developer guide, "Quotas in Amazon Cognito", says 5 to 20 code requests; these are low values. */
const perHour = {
  ConfirmSignUp: 15,
  ResendConfirmationCode: 5,
  ForgotPassword: 5,
  ConfirmForgotPassword: 15,
  VerifyUserAttribute: 15,
  ChangePassword: 5,
} as const;

/** Limits attempts, so that nobody can guess a code of six digits. In memory only: on a developer's machine a restart may reset it. */
export interface Attempts {
  /** @param user a `sub`, or the name of an unknown user, which has the same limits. @throws CognitoError LimitExceededException */
  count(operation: keyof typeof perHour, user: string): void;
  /** @throws CognitoError NotAuthorizedException "Password attempts exceeded" */
  requireUnlocked(user: string): void;
  passwordFailed(user: string): void;
  passwordSucceeded(user: string): void;
}

export function createAttempts(clock: Clock): Attempts {
  const requests = new Map<string, number[]>();
  const failures = new Map<string, { count: number; at: number; lockedUntil: number }>();
  return {
    count(operation, user) {
      const key = `${operation} ${user}`;
      const recent = (requests.get(key) ?? []).filter((at) => at > clock.now() - hour);
      if (recent.length >= perHour[operation]) {
        throw new CognitoError('LimitExceededException', 'Attempt limit exceeded, please try after some time.');
      }
      requests.set(key, [...recent, clock.now()]);
    },
    requireUnlocked(user) {
      if ((failures.get(user)?.lockedUntil ?? 0) > clock.now()) throw notAuthorized('Password attempts exceeded');
    },
    // Five failures lock the user for one second. Each further failure doubles that, up to 15 minutes. After 15 minutes without a failure the
    // count starts again (developer guide, "Lockout behavior for failed sign-in attempts").
    passwordFailed(user) {
      const now = clock.now();
      const before = failures.get(user);
      const count = before && before.at > now - 15 * 60_000 ? before.count + 1 : 1;
      const lock = count < 5 ? 0 : Math.min(1000 * 2 ** (count - 5), 15 * 60_000);
      failures.set(user, { count, at: now, lockedUntil: now + lock });
    },
    passwordSucceeded(user) {
      failures.delete(user);
    },
  };
}
