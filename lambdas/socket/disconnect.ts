import { depart } from '../delivery/depart.ts';
import type { Services } from '../runtime/services.ts';
import { deviceOf, type SocketRequest } from './event.ts';

/** `$disconnect`: takes the connection away. Best effort on AWS, and late at times; posts that find nobody do the same. */
export async function disconnect(services: Services, request: SocketRequest): Promise<void> {
  await depart(services, deviceOf(request), request.at);
}
