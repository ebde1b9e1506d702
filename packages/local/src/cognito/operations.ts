import type { Operation } from './operation.ts';
import { adminCreateUser } from './operations/admin-create-user.ts';
import { adminResetUserPassword, adminSetUserPassword } from './operations/admin-passwords.ts';
import {
  adminConfirmSignUp,
  adminDeleteUser,
  adminDeleteUserAttributes,
  adminDisableUser,
  adminEnableUser,
  adminGetUser,
  adminUpdateUserAttributes,
  adminUserGlobalSignOut,
} from './operations/admin-users.ts';
import { confirmSignUp, resendConfirmationCode } from './operations/confirm-sign-up.ts';
import { describeUserPoolClient } from './operations/describe-user-pool-client.ts';
import { confirmForgotPassword, forgotPassword } from './operations/forgot-password.ts';
import {
  adminAddUserToGroup,
  adminListGroupsForUser,
  adminRemoveUserFromGroup,
  createGroup,
  deleteGroup,
  getGroup,
  listGroups,
  listUsersInGroup,
  updateGroup,
} from './operations/groups.ts';
import { adminInitiateAuth, initiateAuth } from './operations/initiate-auth.ts';
import { listUsers } from './operations/list-users.ts';
import {
  changePassword,
  deleteUser,
  deleteUserAttributes,
  getUser,
  getUserAttributeVerificationCode,
  globalSignOut,
  updateUserAttributes,
  verifyUserAttribute,
} from './operations/own-account.ts';
import { adminRespondToAuthChallenge, respondToAuthChallenge } from './operations/respond-to-challenge.ts';
import { revokeToken } from './operations/revoke-token.ts';
import { signUp } from './operations/sign-up.ts';

/** All operations by the name in `X-Amz-Target`. */
export const operations: ReadonlyMap<string, Operation> = new Map([
  ['AdminAddUserToGroup', adminAddUserToGroup],
  ['AdminConfirmSignUp', adminConfirmSignUp],
  ['AdminCreateUser', adminCreateUser],
  ['AdminDeleteUser', adminDeleteUser],
  ['AdminDeleteUserAttributes', adminDeleteUserAttributes],
  ['AdminDisableUser', adminDisableUser],
  ['AdminEnableUser', adminEnableUser],
  ['AdminGetUser', adminGetUser],
  ['AdminInitiateAuth', adminInitiateAuth],
  ['AdminListGroupsForUser', adminListGroupsForUser],
  ['AdminRemoveUserFromGroup', adminRemoveUserFromGroup],
  ['AdminResetUserPassword', adminResetUserPassword],
  ['AdminRespondToAuthChallenge', adminRespondToAuthChallenge],
  ['AdminSetUserPassword', adminSetUserPassword],
  ['AdminUpdateUserAttributes', adminUpdateUserAttributes],
  ['AdminUserGlobalSignOut', adminUserGlobalSignOut],
  ['ChangePassword', changePassword],
  ['ConfirmForgotPassword', confirmForgotPassword],
  ['ConfirmSignUp', confirmSignUp],
  ['CreateGroup', createGroup],
  ['DeleteGroup', deleteGroup],
  ['DeleteUser', deleteUser],
  ['DeleteUserAttributes', deleteUserAttributes],
  ['DescribeUserPoolClient', describeUserPoolClient],
  ['ForgotPassword', forgotPassword],
  ['GetGroup', getGroup],
  ['GetUser', getUser],
  ['GetUserAttributeVerificationCode', getUserAttributeVerificationCode],
  ['GlobalSignOut', globalSignOut],
  ['InitiateAuth', initiateAuth],
  ['ListGroups', listGroups],
  ['ListUsers', listUsers],
  ['ListUsersInGroup', listUsersInGroup],
  ['ResendConfirmationCode', resendConfirmationCode],
  ['RespondToAuthChallenge', respondToAuthChallenge],
  ['RevokeToken', revokeToken],
  ['SignUp', signUp],
  ['UpdateGroup', updateGroup],
  ['UpdateUserAttributes', updateUserAttributes],
  ['VerifyUserAttribute', verifyUserAttribute],
]);
