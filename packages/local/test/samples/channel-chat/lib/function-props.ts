import { join } from 'node:path';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { DatabaseStack } from './database-stack';

const project = join(__dirname, '..');

/** What all functions have in common. The SDK is left to the runtime, which is what CDK does by default. */
export function functionProps(database: DatabaseStack, userPoolId: string): NodejsFunctionProps {
  return {
    runtime: Runtime.NODEJS_22_X,
    depsLockFilePath: join(project, 'package-lock.json'),
    projectRoot: project,
    environment: {
      CONNECTIONS_TABLE_NAME: database.connections.tableName,
      CHANNELS_TABLE_NAME: database.channels.tableName,
      MESSAGES_TABLE_NAME: database.messages.tableName,
      COGNITO_USER_POOL_ID: userPoolId,
      LOG_LEVEL: 'ERROR',
    },
  };
}

export const entry = (name: string) => join(project, 'resources', 'handlers', `${name}.ts`);
