/** The calls that keep annotations. */
import type { Annotation, AnnotationServer, KeyImageServer, Kept, KeptAnnotation, MarkedImage } from '../domain/annotation';
import { call, CallError } from './call';

interface Listed {
  readonly annotations?: readonly KeptAnnotation[];
  /** What structured reports of any origin say was measured. */
  readonly from_sr?: readonly Omit<KeptAnnotation, 'revision' | 'is_mine'>[];
}

const path = (uid: string): string => `/api/annotations/${encodeURIComponent(uid)}/`;

export class Annotations implements AnnotationServer {
  async list(study: string): Promise<readonly KeptAnnotation[]> {
    const { annotations = [], from_sr: found = [] } = await call<Listed>('GET', `/api/annotations/?study=${encodeURIComponent(study)}`);
    return [...annotations, ...found.map((one) => ({ ...one, revision: 0, is_mine: false }))];
  }

  async put(annotation: Annotation, revision: number): Promise<Kept> {
    try {
      const { revision: kept } = await call<{ revision: number }>('PUT', path(annotation.uid), { annotation, revision });
      return { revision: kept };
    } catch (error) {
      if (!(error instanceof CallError) || error.code !== 'stale-annotation') throw error;
      return { conflict: error.body.annotation as KeptAnnotation | undefined };
    }
  }

  async remove(uid: string, revision: number): Promise<void> {
    await call('DELETE', path(uid), { revision });
  }

  /** Write all that stands on a study into a structured report (TID 1500); its SOP Instance UID. */
  async report(study: string): Promise<string> {
    const { sop_instance_uid: uid } = await call<{ sop_instance_uid: string }>('POST', '/api/annotations/sr/', { study });
    return uid;
  }
}

export class KeyImageCalls implements KeyImageServer {
  async list(study: string): Promise<readonly MarkedImage[]> {
    const answer = await call<{ key_images?: readonly MarkedImage[] }>('GET', `/api/key-images/?study=${encodeURIComponent(study)}`);
    return answer.key_images ?? [];
  }

  async mark(study: string, images: readonly MarkedImage[]): Promise<void> {
    await call('POST', '/api/key-images/', { study, instances: images });
  }
}
