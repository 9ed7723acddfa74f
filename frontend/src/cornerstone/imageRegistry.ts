/** The frames that Cornerstone knows, by image identifier. */
import type { FrameRef } from '../domain/frame';
import { framePath } from '../domain/urls';

const frames = new Map<string, FrameRef>();
let root = '';

export function setDicomWebRoot(url: string): void {
  root = url;
}

/** The absolute address of a resource below the DICOMweb root; bulk data URIs may be relative. */
export const resourceURL = (path: string): string => `${root}${path}`;

/**
 * Make a frame known and return its identifier. The scheme is 'wadors', because tools and adapters
 * of Cornerstone tell by it that the rest is a WADO-RS address.
 */
export function registerFrame(frame: FrameRef): string {
  const imageId = `wadors:${resourceURL(framePath(frame))}`;
  frames.set(imageId, frame);
  return imageId;
}

export const frameOf = (imageId: string): FrameRef | undefined => frames.get(imageId);

export const addressOf = (imageId: string): string => imageId.slice('wadors:'.length);
