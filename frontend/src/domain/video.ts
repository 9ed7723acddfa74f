/** Videos: how they are coded, in words. */

/** References: PS3.5 8.2.5 to 8.2.8; PS3.6 annex A. */
const CODINGS: readonly (readonly [RegExp, string])[] = [
  [/\.10[01](\.1)?$/, 'MPEG-2'],
  [/\.10[2-6](\.1)?$/, 'MPEG-4 AVC (H.264)'],
  [/\.10[78]$/, 'HEVC (H.265)'],
];

export const videoCoding = (transferSyntaxUID: string): string => CODINGS.find(([pattern]) => pattern.test(transferSyntaxUID))?.[1] ?? '';

/** The name under which a player knows such a file. */
export const videoSuffix = (mediaType: string): string => (mediaType === 'video/mpeg' ? 'mpg' : 'mp4');
