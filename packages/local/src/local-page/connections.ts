import type { Stack } from '#assembly/stack';
import { withoutHash } from '#calls';
import type { ConnectionInfo } from '#gateway/start';

const most = 100;

/** The open connections: how many each API has, and the newest of them. */
export function describeConnections(stack: Stack, connections: readonly ConnectionInfo[]) {
  const named = connections
    .map((one) => ({
      ...one,
      api: withoutHash(stack.byPhysicalId('AWS::ApiGatewayV2::Api', one.apiId)?.logicalId ?? one.apiId),
    }))
    .sort((a, b) => b.connectedAt - a.connectedAt);
  const open = new Map<string, { api: string; stage: string; open: number; oldest: number }>();
  for (const { api, stage, connectedAt } of named) {
    const before = open.get(`${api} ${stage}`)?.open ?? 0;
    open.set(`${api} ${stage}`, { api, stage, open: before + 1, oldest: connectedAt });
  }
  const newest = named.slice(0, most).map(({ api, stage, connectionId, connectedAt, lastActiveAt }) => ({
    api,
    stage,
    connectionId,
    connectedAt,
    lastActiveAt,
  }));
  return { apis: [...open.values()], newest };
}
