/** What the windows of one reader tell each other (BroadcastChannel); whatever else comes in is no message. */
import type { FrameRef, Plane } from './frame';
import { planeOf } from './frame';
import { text } from './dataset';
import { Tag } from './tags';
import { dot, toVector, type Vector } from './vector';

export interface Presence {
  readonly kind: 'here' | 'bye';
  readonly user: string;
  readonly window: string;
  /** When it was opened; ms. The windows are numbered by it. */
  readonly since: number;
  readonly studies: readonly string[];
  /** Identities of the patients that are seen in it (`patientKey`). */
  readonly patients: readonly string[];
  /** Asks the others to say that they are here. */
  readonly asks: boolean;
}

/** Where the reader has scrolled to. */
export interface Place {
  readonly kind: 'place';
  readonly user: string;
  readonly window: string;
  readonly frameOfReference: string;
  /** LPS, mm. */
  readonly position: Vector;
  readonly normal: Vector;
}

export type Message = Presence | Place;

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 1000;
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.length <= 64 && value.every(isText);
const isVector = (value: unknown): value is number[] => Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === 'number' && Number.isFinite(part));

type Raw = Readonly<Record<string, unknown>>;
type From = Pick<Presence, 'user' | 'window'>;

function presenceOf({ kind, since, studies, patients, asks }: Raw, from: From): Presence | undefined {
  if ((kind !== 'here' && kind !== 'bye') || typeof since !== 'number') return undefined;
  return isTexts(studies) && isTexts(patients) ? { kind, ...from, since, studies, patients, asks: asks === true } : undefined;
}

function placeMessage({ kind, frameOfReference, position, normal }: Raw, from: From): Place | undefined {
  if (kind !== 'place' || !isText(frameOfReference) || !frameOfReference) return undefined;
  return isVector(position) && isVector(normal) ? { kind, ...from, frameOfReference, position: toVector(position), normal: toVector(normal) } : undefined;
}

/** Read what came through the channel. */
export function readMessage(data: unknown): Message | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { user, window } = data as Raw;
  if (!isText(user) || !isText(window)) return undefined;
  return presenceOf(data as Raw, { user, window }) ?? placeMessage(data as Raw, { user, window });
}

const PARALLEL = 0.98; // as in linking.ts

/** Where a frame lies; undefined when it states no plane or no frame of reference. */
export function placeOf(frame: FrameRef): Pick<Place, 'frameOfReference' | 'position' | 'normal'> | undefined {
  const plane = planeOf(frame);
  const frameOfReference = text(frame.instance.dataset, Tag.FrameOfReferenceUID);
  return plane && frameOfReference ? { frameOfReference, position: plane.position, normal: plane.normal } : undefined;
}

/** The frame (from 0) nearest to a place of the same frame of reference; undefined when none is parallel. */
export function nearestFrame(place: Pick<Place, 'frameOfReference' | 'position' | 'normal'>, frames: readonly FrameRef[]): number | undefined {
  const wanted = dot(place.position, place.normal);
  let best: { readonly index: number; readonly distance: number } | undefined;
  for (const [index, frame] of frames.entries()) {
    const plane: Plane | undefined = text(frame.instance.dataset, Tag.FrameOfReferenceUID) === place.frameOfReference ? planeOf(frame) : undefined;
    if (!plane || Math.abs(dot(plane.normal, place.normal)) < PARALLEL) continue;
    const distance = Math.abs(dot(plane.position, place.normal) - wanted);
    if (!best || distance < best.distance) best = { index, distance };
  }
  return best?.index;
}

/** The number of a window among those that are open, from 1 in the order in which they were opened. */
export function windowNumber(window: string, all: readonly Pick<Presence, 'window' | 'since'>[]): number {
  const ordered = all.toSorted((a, b) => a.since - b.since || (a.window < b.window ? -1 : 1));
  return ordered.findIndex((one) => one.window === window) + 1;
}

/** Windows that show a patient who is not in this one. */
export function strangers(own: readonly string[], others: readonly Presence[]): Presence[] {
  return own.length === 0 ? [] : others.filter(({ patients }) => patients.some((patient) => !own.includes(patient)));
}
