import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { startCloudWatch } from '#cloudwatch/start';
import type { Credentials } from '#iam/access-keys';
import { startEventServices } from '../events/services.ts';
import { startContext } from '../sqs/fixture.ts';

/** CloudWatch with topics, queues and a function beside it, and a client for it. */
export async function startMonitor(template: Parameters<typeof startContext>[0]) {
  const fixture = await startContext(template);
  const { context, serve } = fixture;
  const services = await startEventServices(context, serve);
  const monitoring = await startCloudWatch(context, { ...services, queues: services.queues.depths });
  serve('/_aws/cloudwatch', monitoring);
  const clients: CloudWatchClient[] = [];
  const clientOf = (credentials: Credentials) => {
    const client = new CloudWatchClient({
      region: context.stack.region,
      endpoint: `${context.origin}/_aws/cloudwatch`,
      credentials,
    });
    clients.push(client);
    return client;
  };
  return {
    ...fixture,
    ...services,
    monitoring,
    clientOf,
    root: clientOf(fixture.root()),
    async stop() {
      for (const client of clients) client.destroy();
      await monitoring.stop();
      await services.stop();
      await fixture.stop();
    },
  };
}
