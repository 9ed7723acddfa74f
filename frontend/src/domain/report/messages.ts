/** What the windows of one browser say to each other about a report (docs/develop/editor.md). */

export const CHANNEL = 'noctis-report';

/** A place in a study's images. Frames count from 1; 0 is "the whole object". */
export interface ImagePlace {
  readonly study_instance_uid: string;
  readonly series_instance_uid: string;
  readonly sop_instance_uid: string;
  readonly frame: number;
}

export interface Measurement extends ImagePlace {
  /** The viewer's own name of the annotation. */
  readonly annotation: string;
  /** As it stands in the report: '12 mm'. */
  readonly text: string;
  /** Grows whenever the annotation is changed. */
  readonly revision: number;
}

export type ReportMessage =
  | { readonly type: 'measurement.insert' | 'measurement.changed'; readonly study: string; readonly measurement: Measurement }
  | { readonly type: 'measurement.deleted' | 'measurement.ask'; readonly study: string; readonly annotation: string }
  | { readonly type: 'image.show'; readonly study: string; readonly place: ImagePlace }
  | { readonly type: 'report.seek' | 'report.here' | 'report.yield' | 'report.yielded'; readonly study: string; readonly window: string };

type Loose = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null;
const isText = (value: unknown, limit: number): value is string => typeof value === 'string' && value.length > 0 && value.length <= limit;
const isUID = (value: unknown): value is string => typeof value === 'string' && /^[0-9.]{1,64}$/.test(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function isPlace(value: unknown): value is ImagePlace {
  return isObject(value) && isUID(value.study_instance_uid) && isUID(value.series_instance_uid) && isUID(value.sop_instance_uid) && isCount(value.frame);
}

function isMeasurement(value: unknown): value is Measurement {
  return isPlace(value) && isObject(value) && isText(value.annotation, 64) && isText(value.text, 300) && isCount(value.revision);
}

const CHECKS: Readonly<Record<string, (message: Loose) => boolean>> = {
  'measurement.insert': ({ measurement }) => isMeasurement(measurement),
  'measurement.changed': ({ measurement }) => isMeasurement(measurement),
  'measurement.deleted': ({ annotation }) => isText(annotation, 64),
  'measurement.ask': ({ annotation }) => isText(annotation, 64),
  'image.show': ({ place }) => isPlace(place),
  'report.seek': ({ window }) => isText(window, 64),
  'report.here': ({ window }) => isText(window, 64),
  'report.yield': ({ window }) => isText(window, 64),
  'report.yielded': ({ window }) => isText(window, 64),
};

/** The message, when it has the form of one; anything else is nobody's. */
export function readMessage(data: unknown): ReportMessage | undefined {
  if (!isObject(data) || typeof data.type !== 'string' || !isUID(data.study)) return undefined;
  return Object.hasOwn(CHECKS, data.type) && CHECKS[data.type]?.(data) ? (data as unknown as ReportMessage) : undefined;
}
