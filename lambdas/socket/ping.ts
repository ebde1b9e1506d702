import { post } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { deviceOf, type SocketRequest } from './event.ts';

/** `ping`: answered, so that the client knows the way is open, and API Gateway's ten idle minutes begin anew. */
export async function ping(services: Services, request: SocketRequest): Promise<void> {
  await post(services, deviceOf(request), { type: 'pong' });
}
