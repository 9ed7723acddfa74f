/** Colours of what is laid over an image. */

/** Red, green, blue, each 0 to 255. */
export type RGB = readonly [red: number, green: number, blue: number];

/** For what states no colour: told apart from each other and from grey. */
const SERVE: readonly RGB[] = [
  [230, 85, 60],
  [70, 170, 235],
  [120, 200, 80],
  [235, 180, 50],
  [190, 120, 230],
  [60, 200, 180],
  [240, 120, 170],
  [170, 150, 110],
];

export const colourFor = (index: number): RGB => SERVE[index % SERVE.length] ?? [255, 255, 255];

const unlab = (t: number): number => (t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29));

const gamma = (linear: number): number => {
  const value = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
};

/**
 * sRGB of a CIELab value as DICOM encodes it: three words of 16 bits.
 *
 * The standard's white is D50; what is written by dcmqi, highdicom and dcmjs counts from D65, the
 * white of sRGB, and is read so: a colour comes out as it was chosen.
 * References: PS3.3 C.10.7.1.1 (encoding); IEC 61966-2-1.
 */
export function colourOfLab(encoded: readonly number[]): RGB | undefined {
  const [first, second, third] = encoded;
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const lightness = (first / 65535) * 100;
  const [a, b] = [(second / 65535) * 255 - 128, (third / 65535) * 255 - 128];
  const middle = (lightness + 16) / 116;
  const [x, y, z] = [0.95047 * unlab(middle + a / 500), unlab(middle), 1.08883 * unlab(middle - b / 200)];
  return [
    gamma(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
    gamma(-0.969266 * x + 1.8760108 * y + 0.041556 * z),
    gamma(0.0556434 * x - 0.2040259 * y + 1.0572252 * z),
  ];
}

export const cssColour = ([red, green, blue]: RGB, opacity = 1): string => `rgb(${red} ${green} ${blue} / ${opacity})`;
