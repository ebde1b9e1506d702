import { fromOtherShape, parseObject } from '#protocol/frames';
import type { Services } from '../runtime/services.ts';
import { edit, remove } from './change.ts';
import { clear } from './clear.ts';
import { createFrom } from './create.ts';
import type { SocketRequest } from './event.ts';

/** `$default`: the shapes that have no `type`. */
export async function other(services: Services, request: SocketRequest): Promise<void> {
  const value = fromOtherShape(parseObject(request.body));
  if (value.type === 'edit') await edit(services, request, value);
  else if (value.type === 'delete') await remove(services, request, value);
  else if (value.type === 'clear') await clear(services, request, value);
  else await createFrom(services, request, value);
}
