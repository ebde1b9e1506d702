import { z } from 'zod';
import { recoveryDestination, sendCode } from '#cognito/delivery';
import { invalidParameter, notAuthorized } from '#cognito/errors';
import { secretsOf } from '#cognito/new-password';
import { adminOperation } from '#cognito/operation';
import { requirePasswordPolicy } from '#cognito/passwords';
import * as shape from '#cognito/shapes';
import { updateUser } from '#cognito/update-user';
import { requireUser } from './admin-users.ts';

/** A password that lasts confirms the user; another one must be changed with the next sign-in. */
export const adminSetUserPassword = adminOperation(
  z.object({
    UserPoolId: shape.userPoolId,
    Username: shape.username,
    Password: shape.password,
    Permanent: z.boolean().default(false),
  }),
  async (pool, { Username, Password, Permanent }) => {
    const { sub, username } = requireUser(pool, Username);
    requirePasswordPolicy(Password, pool.settings.passwordPolicy);
    const secrets = await secretsOf(pool, username, Password);
    await updateUser(pool, sub, (user) => ({
      ...user,
      ...secrets,
      status: Permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD',
      temporaryUntil: Permanent ? undefined : pool.clock.now() + pool.settings.temporaryPasswordMs,
      codes: { ...user.codes, confirm: undefined, forgot: undefined },
    }));
    pool.attempts.passwordSucceeded(sub);
    return {};
  },
);

/** The password is no longer good, and a code for another one is sent. */
export const adminResetUserPassword = adminOperation(
  z.object({ UserPoolId: shape.userPoolId, Username: shape.username, ClientMetadata: shape.metadata }),
  async (pool, { Username }) => {
    const user = requireUser(pool, Username);
    if (user.status === 'FORCE_CHANGE_PASSWORD') {
      throw notAuthorized('User password cannot be reset in the current state.');
    }
    const destination = recoveryDestination(user, pool);
    if (!destination) {
      throw invalidParameter(
        'Cannot reset password for the user as there is no registered/verified email or phone_number',
      );
    }
    await updateUser(pool, user.sub, (current) => ({ ...current, status: 'RESET_REQUIRED' }));
    await sendCode(pool, user.sub, 'forgot', destination);
    return {};
  },
);
