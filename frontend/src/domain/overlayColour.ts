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
 * sRGB of a CIELab value as DICOM encodes it: three words of 16 bits, white point D50.
 *
 * References: PS3.3 C.10.7.1.1 (encoding); IEC 61966-2-1, with D50 brought to D65 by Bradford.
 */
export function colourOfLab(encoded: readonly number[]): RGB | undefined {
  const [first, second, third] = encoded;
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const lightness = (first / 65535) * 100;
  const [a, b] = [(second / 65535) * 255 - 128, (third / 65535) * 255 - 128];
  const middle = (lightness + 16) / 116;
  const [x, y, z] = [0.96422 * unlab(middle + a / 500), unlab(middle), 0.82521 * unlab(middle - b / 200)];
  return [
    gamma(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
    gamma(-0.9787684 * x + 1.9161415 * y + 0.033454 * z),
    gamma(0.0719453 * x - 0.2289914 * y + 1.4052427 * z),
  ];
}

export const cssColour = ([red, green, blue]: RGB, opacity = 1): string => `rgb(${red} ${green} ${blue} / ${opacity})`;
