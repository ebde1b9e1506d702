import type { Page } from 'playwright-core';

/** A landscape drawn by the browser: evening light over hills and a lake. @returns a JPEG file */
export async function landscape(page: Page, width = 1_200, height = 800): Promise<Buffer> {
  const blank = await page.context().newPage();
  const base64 = await blank.evaluate(
    ([width = 0, height = 0]) => {
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width, height });
      const draw = canvas.getContext('2d');
      if (!draw) throw new Error('this browser does not draw');
      const fade = (from: number, to: number, ...colours: string[]) => {
        const gradient = draw.createLinearGradient(0, from * height, 0, to * height);
        for (const [index, colour] of colours.entries()) gradient.addColorStop(index / (colours.length - 1), colour);
        return gradient;
      };
      draw.fillStyle = fade(0, 0.62, '#27336b', '#7a5a9a', '#e58a7b', '#ffd29a');
      draw.fillRect(0, 0, width, height);
      draw.fillStyle = 'rgb(255 240 214 / 92%)';
      draw.beginPath();
      draw.arc(width * 0.68, height * 0.5, height * 0.055, 0, 7);
      draw.fill();
      // Hills, paler in the distance; sums of sines give each another outline.
      for (const [row, colour] of ['#b17a8f', '#7d5f86', '#4d4a74', '#2c3358'].entries()) {
        const base = 0.5 + row * 0.045;
        draw.fillStyle = colour;
        draw.beginPath();
        draw.moveTo(0, height * 0.72);
        for (let x = 0; x <= width; x += 2) {
          const at = (x / width) * 6.28;
          const wave = Math.sin(at * (1.1 + row * 0.7) + row * 2) + 0.4 * Math.sin(at * (3.1 + row) + row);
          draw.lineTo(x, height * (base - wave * 0.045));
        }
        draw.lineTo(width, height * 0.72);
        draw.fill();
      }
      draw.fillStyle = fade(0.7, 1, '#f0a58a', '#8a648f', '#2b2f58');
      draw.fillRect(0, height * 0.7, width, height * 0.3);
      draw.fillStyle = 'rgb(255 226 180 / 45%)';
      for (let line = 0; line < 26; line++) {
        const y = height * (0.71 + line * 0.011);
        const half = width * (0.05 - line * 0.0012) * (0.6 + 0.4 * Math.sin(line * 2.3));
        draw.fillRect(width * 0.68 - half, y, 2 * half, height * 0.003);
      }
      return canvas.toDataURL('image/jpeg', 0.86).split(',')[1] ?? '';
    },
    [width, height],
  );
  await blank.close();
  return Buffer.from(base64, 'base64');
}
