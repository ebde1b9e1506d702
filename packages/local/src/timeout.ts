/** Resolves with the promise's value, or with `late` after the timeout. */
export async function withTimeout<Value, Late>(promise: Promise<Value>, timeoutMs: number, late: Late) {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Late>((resolve) => {
    timer = setTimeout(() => resolve(late), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
