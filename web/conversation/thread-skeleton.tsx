const widths = [40, 62, 30, 54, 46, 24, 58];

/** What stands where messages will be. */
export function ThreadSkeleton() {
  return (
    <div class="thread-skeleton" aria-hidden="true">
      {widths.map((width, index) => (
        <span key={width} data-own={index % 3 === 1} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
