import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export const ddb = DynamoDBDocumentClient.from(new DynamoDBClient({ region: process.env.AWS_REGION ?? '' }));

export const { CONNECTIONS_TABLE_NAME, CHANNELS_TABLE_NAME, MESSAGES_TABLE_NAME } = process.env;
