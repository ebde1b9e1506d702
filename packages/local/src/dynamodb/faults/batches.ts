import { isObject } from '#text';

type Json = Readonly<Record<string, unknown>>;

/** A batch in two parts: what is processed, and what the answer returns as unprocessed. */
export interface Split {
  readonly processed: Json;
  readonly unprocessed: Json;
}

/**
 * Takes parts out of the `RequestItems` of BatchGetItem or BatchWriteItem.
 * @param isLeft asked for each key or item, in their order
 */
export function splitBatch(operation: string, requestItems: unknown, isLeft: (at: number) => boolean): Split {
  const processed: Record<string, unknown> = {};
  const unprocessed: Record<string, unknown> = {};
  let at = 0;
  for (const [table, request] of Object.entries(isObject(requestItems) ? requestItems : {})) {
    const list: unknown[] = operation === 'BatchGetItem' ? Object(request).Keys : request;
    const left = list.map(() => isLeft(at++));
    const put = (into: Record<string, unknown>, isLeftHere: boolean) => {
      const some = list.filter((_, place) => left[place] === isLeftHere);
      if (some.length > 0) into[table] = operation === 'BatchGetItem' ? { ...Object(request), Keys: some } : some;
    };
    put(processed, false);
    put(unprocessed, true);
  }
  return { processed, unprocessed };
}

/** The answer with what was left out. @param answer with what the engine did not process either */
export function withUnprocessed(operation: string, answer: Json, left: Json): Json {
  const field = operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems';
  const all: Record<string, unknown> = { ...Object(answer[field]) };
  for (const [table, request] of Object.entries(left)) {
    const other = all[table];
    if (other === undefined) all[table] = request;
    else if (Array.isArray(other) && Array.isArray(request)) all[table] = [...other, ...request];
    else all[table] = { ...Object(request), Keys: [...Object(other).Keys, ...Object(request).Keys] };
  }
  return { ...answer, [field]: all };
}
