import type { Context, Service } from '#context';
import { startEvents } from '#events/start';
import { createAsyncQueue } from '#lambda/async-queue';
import { startSns } from '#sns/start';
import { startSqs } from '#sqs/start';
import { createDestinations } from '#targets/destinations';
import { createTargets } from '#targets/targets';

/** The services that bring events to functions, queues, topics and buses, as the runtime starts them. */
export async function startEventServices(context: Context, serve: (path: string, service: Service) => void = () => {}) {
  const queues = await startSqs(context);
  const events = createAsyncQueue(
    context,
    createDestinations(() => ({ targets, topics, bus })),
  );
  const targets = createTargets(context, { events, queues });
  const topics = await startSns(context, targets);
  const bus = await startEvents(context, { targets, topics });
  serve('/_aws/sqs', queues);
  serve('/_aws/sns', topics);
  serve('/_aws/events', bus);
  return {
    queues,
    targets,
    topics,
    bus,
    events,
    async stop() {
      events.stop();
      await bus.stop();
      await queues.stop();
    },
  };
}
