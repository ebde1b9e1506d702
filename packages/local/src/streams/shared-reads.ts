import type { EngineClient } from '#dynamodb/engine-client';

/**
 * Lets the mappings of one stream share their reads: they are woken by the same write, and stand at the same place.
 * @returns an engine client whose equal calls are one call until the first is answered, or until `forget` is called
 */
export function shareReads(engine: Pick<EngineClient, 'call'>): Pick<EngineClient, 'call'> & { forget(): void } {
  const running = new Map<string, Promise<unknown>>();
  return {
    call(target, input) {
      const key = `${target} ${JSON.stringify(input)}`;
      const shared = running.get(key);
      if (shared) return shared;
      const answer = engine.call(target, input).finally(() => {
        if (running.get(key) === answer) running.delete(key);
      });
      running.set(key, answer);
      return answer;
    },
    /** Call after a write: a read that began before may not see it. */
    forget: () => running.clear(),
  };
}
