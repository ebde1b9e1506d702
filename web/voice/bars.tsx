/** A waveform. @param played the share of it, from 0 to 1, that stands out */
export function Bars({ levels, played = 1 }: { readonly levels: readonly number[]; readonly played?: number }) {
  const bar = (level: number, index: number) => {
    const half = Math.max(0.6, level * 11);
    return `M${index * 4 + 2} ${12 - half}v${2 * half}`;
  };
  const end = Math.round(played * levels.length);
  const path = levels.map(bar);
  return (
    <svg class="bars" viewBox={`0 0 ${levels.length * 4} 24`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path.slice(0, end).join('')} />
      <path d={path.slice(end).join('')} opacity={0.4} />
    </svg>
  );
}
