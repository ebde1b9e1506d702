/** The part of the SDK that invokes functions. services.ts loads it with the first invocation, because only large rooms need one. */
import { errorTypeRegistries, InvokeCommand, type InvokeCommandInput } from '@aws-sdk/client-lambda';
import { AwsRestJsonProtocol } from '#aws/rest-json';
import { openAwsClient } from './aws-client.ts';
import type { AwsTarget } from './aws-target.ts';
import { callLimits } from './call-limits.ts';

export function openLambda(target: AwsTarget) {
  const client = openAwsClient<InvokeCommandInput>({
    ...target,
    service: 'lambda',
    protocol: new AwsRestJsonProtocol({ defaultNamespace: 'com.amazonaws.lambda', errorTypeRegistries }),
    pool: { sockets: 50, ...callLimits },
  });
  return async function invokeLater(name: string, event: unknown): Promise<void> {
    const Payload = JSON.stringify(event);
    await client.send(new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload }));
  };
}
