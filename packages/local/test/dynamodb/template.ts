/** A table with two keys, an inverted index, a stream and a time to live. */
export const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'member_of', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: [
      {
        IndexName: 'members',
        KeySchema: [
          { AttributeName: 'member_of', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  },
};

const tableArn = { 'Fn::GetAtt': ['Table', 'Arn'] };
export const indexArns = { 'Fn::Join': ['', [tableArn, '/index/*']] };

/** A role that allows these actions on the table itself, and on its indexes where `indexes` says so. */
export function role(actions: string[], options: { indexes?: boolean; more?: object[] } = {}) {
  const Resource = options.indexes ? [tableArn, indexArns] : tableArn;
  const statements = actions.length > 0 ? [{ Effect: 'Allow', Action: actions, Resource }] : [];
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
      Policies: [
        {
          PolicyName: 'own',
          PolicyDocument: { Version: '2012-10-17', Statement: [...statements, ...(options.more ?? [])] },
        },
      ],
    },
  };
}

export function lambda(roleId: string, environment: Record<string, string> = {}) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Key: 'code.zip' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Timeout: 10,
      Role: { 'Fn::GetAtt': [roleId, 'Arn'] },
      Environment: { Variables: environment },
    },
  };
}
