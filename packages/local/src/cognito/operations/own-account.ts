import { z } from 'zod';
import { attributeList, readAttributes, readableAttributes, requireMutable } from '#cognito/attributes';
import { changeAttributes, removeAttributes, sendVerification } from '#cognito/change-attributes';
import { requireCode } from '#cognito/codes';
import { invalidParameter, notAuthorized } from '#cognito/errors';
import { secretsOf } from '#cognito/new-password';
import { userOperation } from '#cognito/operation';
import { passwordMatches, requirePasswordPolicy } from '#cognito/passwords';
import * as shape from '#cognito/shapes';
import { signOutEverywhere, updateUser } from '#cognito/update-user';

const onlyToken = z.object({ AccessToken: shape.accessToken });

export const getUser = userOperation(onlyToken, async ({ user, client }) => ({
  Username: user.username,
  UserAttributes: attributeList(user.sub, readableAttributes(user.attributes, client)),
}));

export const globalSignOut = userOperation(onlyToken, async ({ pool, user }) => {
  await updateUser(pool, user.sub, signOutEverywhere);
  return {};
});

export const deleteUser = userOperation(onlyToken, async ({ pool, user }) => {
  await pool.users.remove(user.sub);
  return {};
});

export const changePassword = userOperation(
  z.object({
    AccessToken: shape.accessToken,
    PreviousPassword: shape.anyPassword,
    ProposedPassword: shape.password,
  }),
  async ({ pool, user }, request) => {
    pool.attempts.count('ChangePassword', user.sub);
    requirePasswordPolicy(request.ProposedPassword, pool.settings.passwordPolicy);
    if (!(await passwordMatches(request.PreviousPassword, user.password))) {
      throw notAuthorized('Incorrect username or password.');
    }
    const secrets = await secretsOf(pool, user.username, request.ProposedPassword);
    await updateUser(pool, user.sub, (current) => ({ ...current, ...secrets }));
    return {};
  },
);

export const updateUserAttributes = userOperation(
  z.object({ AccessToken: shape.accessToken, UserAttributes: shape.attributes }),
  async ({ pool, client, user }, request) => {
    const given = readAttributes(request.UserAttributes, pool.settings, client);
    requireMutable(given, pool.settings);
    const sent = await changeAttributes(pool, user, given);
    return { CodeDeliveryDetailsList: sent };
  },
);

export const deleteUserAttributes = userOperation(
  z.object({ AccessToken: shape.accessToken, UserAttributeNames: z.array(z.string()) }),
  async ({ pool, client, user }, request) => {
    const given = request.UserAttributeNames.map((Name) => ({ Name }));
    await removeAttributes(pool, user.sub, readAttributes(given, pool.settings, client));
    return {};
  },
);

export const getUserAttributeVerificationCode = userOperation(
  z.object({ AccessToken: shape.accessToken, AttributeName: z.enum(['email', 'phone_number']) }),
  async ({ pool, user }, { AttributeName: name }) => {
    const value = user.attributes[name];
    if (!value) throw invalidParameter(`User does not have a valid registered ${name}`);
    const [sent] = await sendVerification(pool, user, [{ attribute: name, value }]);
    return { CodeDeliveryDetails: sent };
  },
);

export const verifyUserAttribute = userOperation(
  z.object({ AccessToken: shape.accessToken, AttributeName: z.string(), Code: shape.code }),
  async ({ pool, user }, request) => {
    const name = request.AttributeName;
    pool.attempts.count('VerifyUserAttribute', user.sub);
    await updateUser(pool, user.sub, (current) => {
      const { [name]: sent, ...others } = current.codes.verify ?? {};
      requireCode(sent, request.Code, pool.clock.now());
      return {
        ...current,
        attributes: { ...current.attributes, ...(sent && { [name]: sent.value }), [`${name}_verified`]: 'true' },
        codes: { ...current.codes, verify: others },
      };
    });
    return {};
  },
);
