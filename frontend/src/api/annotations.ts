/** The calls that keep annotations. */
import type { Annotation, AnnotationServer, Kept, KeptAnnotation } from '../domain/annotation';
import { call, CallError } from './call';

const path = (uid: string): string => `/api/annotations/${encodeURIComponent(uid)}/`;

export class Annotations implements AnnotationServer {
  async list(study: string): Promise<readonly KeptAnnotation[]> {
    const answer = await call<{ annotations?: readonly KeptAnnotation[] }>('GET', `/api/annotations/?study=${encodeURIComponent(study)}`);
    return answer.annotations ?? [];
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
}
