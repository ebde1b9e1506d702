import type { Clock } from '#clock';
import type { Stage } from './stages.ts';

/**
 * Quotas of an account in one region: new connections, and requests to all its APIs, including messages and posts to connections.
 * Source: AWS, "Quotas for configuring and running a WebSocket API" and "API Gateway account-level throttling".
 */
const quotas = {
  connections: { rate: 500, burst: 500 },
  requests: { rate: 10_000, burst: 5_000 },
};

/** Counts a request and returns whether it is within the limits. */
export interface Throttle {
  connection(): boolean;
  /** A request of the account, to any API or connection. */
  request(): boolean;
  /** A request to a route. The limits of the route or its stage apply, and the account's. */
  route(apiId: string, stage: Stage, routeKey: string): boolean;
}

export function createThrottle(clock: Clock): Throttle {
  const connections = createBucket(quotas.connections, clock);
  const requests = createBucket(quotas.requests, clock);
  const routes = new Map<string, { rate: number; burst: number; take: () => boolean }>();

  return {
    connection: connections,
    request: requests,
    route(apiId, stage, routeKey) {
      const { rate, burst } = stage.throttle(routeKey);
      if (rate === undefined && burst === undefined) return requests();
      const limits = { rate: rate ?? quotas.requests.rate, burst: burst ?? quotas.requests.burst };
      const name = `${apiId}/${stage.name}/${routeKey}`;
      const known = routes.get(name);
      // A reload may have changed the limits.
      const bucket =
        known?.rate === limits.rate && known.burst === limits.burst
          ? known
          : { ...limits, take: createBucket(limits, clock) };
      routes.set(name, bucket);
      return bucket.take() && requests();
    },
  };
}

/** A token bucket of `burst` tokens, refilled with `rate` per second. */
function createBucket({ rate, burst }: { rate: number; burst: number }, clock: Clock): () => boolean {
  let tokens = burst;
  let filled = clock.now();
  return () => {
    const now = clock.now();
    tokens = Math.min(burst, tokens + (Math.max(0, now - filled) / 1000) * rate);
    filled = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
