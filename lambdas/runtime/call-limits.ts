/**
 * How long functions wait for a service. Three tries, with the pauses between them, end before the function itself does: after 15 seconds
 * where a client waits. Without limits a connection that AWS has lost keeps a function waiting until it is stopped in the middle of a change.
 */

/** ms; for the clients of aws-client.ts */
export const callLimits = { connectTimeout: 1_000, answerTimeout: 3_000 } as const;

/**
 * The same for the SDK's own clients. Without `throwOnRequestTimeout` the SDK only writes a warning.
 * https://github.com/aws/aws-sdk-js-v3/blob/main/supplemental-docs/CLIENTS.md#request-handler-requesthandler
 */
export const sdkCallLimits = {
  requestHandler: {
    connectionTimeout: callLimits.connectTimeout,
    requestTimeout: callLimits.answerTimeout,
    throwOnRequestTimeout: true,
  },
} as const;
