import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalRuntime } from '@parley/local';

/** A user for trying the page. */
export interface DemoPerson {
  readonly username: string;
  readonly password: string;
}

/**
 * Writes `demo.json` beside the page, with the account's own keys. The page then offers to sign in as one of these people.
 * Does nothing when the stack deploys no files.
 */
export async function offerDemoPeople(runtime: LocalRuntime, people: readonly DemoPerson[]): Promise<void> {
  const [deployment] = runtime.stack.ofType('Custom::CDKBucketDeployment');
  if (!deployment) return;
  const s3 = new S3Client({
    endpoint: `${runtime.origin}/_aws/s3`,
    forcePathStyle: true,
    region: runtime.stack.region,
    credentials: runtime.rootCredentials,
  });
  await s3.send(
    new PutObjectCommand({
      Bucket: String(deployment.properties.DestinationBucketName),
      Key: 'demo.json',
      Body: JSON.stringify(people),
      ContentType: 'application/json',
      CacheControl: 'no-cache',
    }),
  );
  s3.destroy();
}
