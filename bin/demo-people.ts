import type { LocalRuntime } from '@parley/local';

/** A user for trying the page. */
export interface DemoPerson {
  readonly username: string;
  readonly password: string;
}

/**
 * Writes `demo.json` beside the page. The page then offers to sign in as one of these people.
 * Does nothing when the stack deploys no files.
 */
export async function offerDemoPeople(runtime: LocalRuntime, people: readonly DemoPerson[]): Promise<void> {
  const [deployment] = runtime.stack.ofType('Custom::CDKBucketDeployment');
  if (!deployment) return;
  await runtime.s3.put(String(deployment.properties.DestinationBucketName), 'demo.json', JSON.stringify(people), {
    'content-type': 'application/json',
    'cache-control': 'no-cache',
  });
}
