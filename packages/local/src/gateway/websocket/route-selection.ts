/**
 * The key of a message's route, by the API's route selection expression: `$request.body.type`, or a composite like
 * `${request.body.service}/${request.body.action}`. A missing value is empty, and other values become strings. A message that is not JSON
 * goes to `$default`. Source: AWS, "Create routes for WebSocket APIs".
 */
export function selectRoute(expression: string, message: string): string {
  let body: unknown;
  try {
    body = JSON.parse(message);
  } catch {
    return '$default';
  }
  const key = expression.replace(variable, (_match, braced?: string, bare?: string) =>
    text(valueAt(body, braced ?? bare ?? '')),
  );
  // Custom route keys never begin with a dollar sign, so a message cannot select $connect or $disconnect.
  return key.startsWith('$') ? '$default' : key;
}

const variable = /\$\{request\.body\.([^}]+)\}|\$request\.body\.([\w-]+(?:\[\d+\])*(?:\.[\w-]+(?:\[\d+\])*)*)/g;

function valueAt(body: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .reduce<unknown>((value, step) => (isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined), body);
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
