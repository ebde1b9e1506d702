/**
 * What the person who runs the stack reads when a function did not start. AWS's Node.js runtime brings the AWS SDK, so a function may count
 * on it; here it must be installed.
 */
export function startFailure(functionId: string, errorType: string, errorMessage: string): string {
  const [firstLine = ''] = errorMessage.split('\n');
  const sentence = `${functionId} did not start; ${errorType}: ${firstLine}`;
  const [, missing] = /Cannot find (?:module|package) '(@(?:aws-sdk|smithy|aws-crypto)\/[^'/]+)/.exec(firstLine) ?? [];
  return missing === undefined ? sentence : `${sentence}. On AWS it is there; here: npm install --save-dev ${missing}`;
}
