import { authorizeCaller, type Call, type S3 } from '#s3/call';
import { sendResult } from '#s3/responses';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
export async function headBucket(s3: S3, { caller, bucket, response }: Call): Promise<void> {
  authorizeCaller(s3, caller, 's3:ListBucket', bucket.arn);
  const { region } = s3.context.stack;
  response
    .writeHead(200, {
      'content-type': 'application/xml',
      'x-amz-access-point-alias': 'false',
      'x-amz-bucket-arn': bucket.arn,
      'x-amz-bucket-region': region,
    })
    .end();
}

/** us-east-1 is an empty element. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
export async function getBucketLocation(s3: S3, { caller, bucket, response }: Call): Promise<void> {
  authorizeCaller(s3, caller, 's3:GetBucketLocation', bucket.arn);
  const { region } = s3.context.stack;
  sendResult(response, 'LocationConstraint', region === 'us-east-1' ? '' : region);
}

/** A bucket that never had versioning answers with an empty element. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html */
export async function getBucketVersioning(s3: S3, { caller, bucket, response }: Call): Promise<void> {
  authorizeCaller(s3, caller, 's3:GetBucketVersioning', bucket.arn);
  sendResult(response, 'VersioningConfiguration', [['Status', bucket.versioning]]);
}
