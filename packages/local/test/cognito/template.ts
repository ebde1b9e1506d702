const roleOf = (statements: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  },
});

const permissionFor = (poolId: string) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { 'Fn::GetAtt': ['Trigger', 'Arn'] },
    Principal: 'cognito-idp.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': [poolId, 'Arn'] },
  },
});

const flows = [
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
];
const poolId = { Ref: 'People' };

/** A pool of user names with all kinds of clients, one of addresses, one of aliases, and one without sign-up. */
export const template = {
  Resources: {
    People: {
      Type: 'AWS::Cognito::UserPool',
      Properties: {
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
        AutoVerifiedAttributes: ['email'],
        LambdaConfig: { PostConfirmation: { 'Fn::GetAtt': ['Trigger', 'Arn'] } },
        Policies: {
          PasswordPolicy: {
            MinimumLength: 10,
            RequireLowercase: true,
            RequireUppercase: true,
            RequireNumbers: true,
            RequireSymbols: true,
          },
        },
        Schema: [
          { Name: 'email', Required: true, Mutable: true },
          { Name: 'team', AttributeDataType: 'String', Mutable: false },
        ],
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
        UsernameConfiguration: { CaseSensitive: false },
      },
    },
    Web: {
      Type: 'AWS::Cognito::UserPoolClient',
      Properties: {
        UserPoolId: poolId,
        ExplicitAuthFlows: flows,
        AccessTokenValidity: 30,
        RefreshTokenValidity: 7,
        TokenValidityUnits: { AccessToken: 'minutes', RefreshToken: 'days' },
        PreventUserExistenceErrors: 'ENABLED',
      },
    },
    Legacy: { Type: 'AWS::Cognito::UserPoolClient', Properties: { UserPoolId: poolId, ExplicitAuthFlows: flows } },
    Secretive: {
      Type: 'AWS::Cognito::UserPoolClient',
      Properties: { UserPoolId: poolId, ExplicitAuthFlows: flows, GenerateSecret: true },
    },
    Plain: {
      Type: 'AWS::Cognito::UserPoolClient',
      Properties: { UserPoolId: poolId, EnableTokenRevocation: false },
    },
    Addresses: {
      Type: 'AWS::Cognito::UserPool',
      Properties: {
        UsernameAttributes: ['email'],
        AutoVerifiedAttributes: ['email'],
        UsernameConfiguration: { CaseSensitive: false },
        LambdaConfig: { PreSignUp: { 'Fn::GetAtt': ['Trigger', 'Arn'] } },
      },
    },
    AddressesClient: {
      Type: 'AWS::Cognito::UserPoolClient',
      Properties: { UserPoolId: { Ref: 'Addresses' }, ExplicitAuthFlows: flows },
    },
    Aliases: {
      Type: 'AWS::Cognito::UserPool',
      Properties: { AliasAttributes: ['email'], AutoVerifiedAttributes: ['email'] },
    },
    AliasesClient: {
      Type: 'AWS::Cognito::UserPoolClient',
      Properties: { UserPoolId: { Ref: 'Aliases' }, ExplicitAuthFlows: flows },
    },
    Closed: {
      Type: 'AWS::Cognito::UserPool',
      Properties: { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } },
    },
    ClosedClient: { Type: 'AWS::Cognito::UserPoolClient', Properties: { UserPoolId: { Ref: 'Closed' } } },
    Trigger: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'b', S3Key: 'k' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Timeout: 10,
        Role: { 'Fn::GetAtt': ['TriggerRole', 'Arn'] },
        Environment: { Variables: { EVENTS: '' } },
      },
    },
    TriggerRole: roleOf([
      { Effect: 'Allow', Action: 'cognito-idp:AdminGetUser', Resource: { 'Fn::GetAtt': ['People', 'Arn'] } },
    ]),
    PeoplePermission: permissionFor('People'),
    AddressesPermission: permissionFor('Addresses'),
  },
};

/** Records its event. Its behaviour depends on the user's name. */
export const triggerCode = `
import { appendFileSync } from 'node:fs';
export const handler = async (event) => {
  appendFileSync(process.env.EVENTS, JSON.stringify(event) + '\\n');
  if (event.userName === 'thrower') throw new Error('no room');
  if (event.userName === 'mute') return undefined;
  if (event.userName === 'sleeper') await new Promise((resolve) => setTimeout(resolve, 3_000));
  if (event.request.userAttributes.email?.endsWith('@example.org')) {
    event.response.autoConfirmUser = true;
    event.response.autoVerifyEmail = true;
  }
  return event;
};
`;
