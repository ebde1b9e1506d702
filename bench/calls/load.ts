/** A fresh process that loads a bundled function, and tells its parent how long that took: `fork` it with the file. */
const [file = ''] = process.argv.slice(2);
const before = process.cpuUsage();
const started = performance.now();
await import(file);
const ms = performance.now() - started;
const { user, system } = process.cpuUsage(before);
process.send?.({ ms, cpu: (user + system) / 1_000 });
process.disconnect();
process.exit();

export {};
