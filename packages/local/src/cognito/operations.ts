import type { Operation } from './operation.ts';
import {
  adminConfirmSignUp,
  adminDeleteUser,
  adminGetUser,
  adminUpdateUserAttributes,
  adminUserGlobalSignOut,
} from './operations/admin-users.ts';
import { changePassword } from './operations/change-password.ts';
import { confirmForgotPassword } from './operations/confirm-forgot-password.ts';
import { confirmSignUp } from './operations/confirm-sign-up.ts';
import { describeUserPoolClient } from './operations/describe-user-pool-client.ts';
import { forgotPassword } from './operations/forgot-password.ts';
import { initiateAuth } from './operations/initiate-auth.ts';
import { listUsers } from './operations/list-users.ts';
import { deleteUser, getUser, globalSignOut } from './operations/own-account.ts';
import { resendConfirmationCode } from './operations/resend-confirmation-code.ts';
import { revokeToken } from './operations/revoke-token.ts';
import { signUp } from './operations/sign-up.ts';
import { updateUserAttributes } from './operations/update-user-attributes.ts';
import { verifyUserAttribute } from './operations/verify-user-attribute.ts';

/** All operations by the name in `X-Amz-Target`. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ['AdminConfirmSignUp', adminConfirmSignUp],
  ['AdminDeleteUser', adminDeleteUser],
  ['AdminGetUser', adminGetUser],
  ['AdminUpdateUserAttributes', adminUpdateUserAttributes],
  ['AdminUserGlobalSignOut', adminUserGlobalSignOut],
  ['ChangePassword', changePassword],
  ['ConfirmForgotPassword', confirmForgotPassword],
  ['ConfirmSignUp', confirmSignUp],
  ['DeleteUser', deleteUser],
  ['DescribeUserPoolClient', describeUserPoolClient],
  ['ForgotPassword', forgotPassword],
  ['GetUser', getUser],
  ['GlobalSignOut', globalSignOut],
  ['InitiateAuth', initiateAuth],
  ['ListUsers', listUsers],
  ['ResendConfirmationCode', resendConfirmationCode],
  ['RevokeToken', revokeToken],
  ['SignUp', signUp],
  ['UpdateUserAttributes', updateUserAttributes],
  ['VerifyUserAttribute', verifyUserAttribute],
]);
