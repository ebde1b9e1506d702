import { S3 } from '@aws-sdk/client-s3';

const s3 = new S3();

export async function handler({ Records }) {
  for (const { body } of Records) {
    const { id, room } = JSON.parse(body);
    await s3.putObject({ Bucket: process.env.BUCKET, Key: `${room}/${id}.json`, Body: body });
  }
  return { batchItemFailures: [] };
}
