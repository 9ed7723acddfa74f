/** Measurements and the report that speaks of them: inserted, changed, removed, asked for. */
import { useCallback, useEffect, useRef } from 'react';
import type { ImagePlace, Measurement as Token } from '../domain/report/messages';
import { measurementText, type Measurement, type Measurements } from '../tools/measurements';
import { useServices } from './context';
import { WindowLink } from './report/link';

/** The image on which it was made. */
export function placeOf({ frame: { instance, number } }: Pick<Measurement, 'frame'>): ImagePlace {
  return { study_instance_uid: instance.studyInstanceUID, series_instance_uid: instance.seriesInstanceUID, sop_instance_uid: instance.sopInstanceUID, frame: number };
}

function tokenOf(measurements: Measurements, one: Measurement): Token {
  return { ...placeOf(one), annotation: one.uid, text: measurementText(one).slice(0, 300), revision: measurements.versionOf(one) };
}

function connect(link: WindowLink, study: string, measurements: Measurements): () => void {
  link.listen((message) => {
    if (message.type !== 'measurement.ask') return;
    const one = measurements.byUID(message.annotation);
    link.send(one ? { type: 'measurement.changed', study, measurement: tokenOf(measurements, one) } : { type: 'measurement.deleted', study, annotation: message.annotation });
  });
  return measurements.follow(({ before, after }) => {
    const one = after ?? before;
    if (one?.frame.instance.studyInstanceUID !== study) return;
    link.send(after ? { type: 'measurement.changed', study, measurement: tokenOf(measurements, after) } : { type: 'measurement.deleted', study, annotation: one.uid });
  });
}

/** Keeps reports informed, and returns what puts a measurement at the cursor of its study's report. */
export function useMeasureLinks(): (one: Measurement) => void {
  const { config, measurements } = useServices();
  const links = useRef(new Map<string, WindowLink>());
  useEffect(() => {
    const opened = new Map(config.studyInstanceUIDs.map((study) => [study, new WindowLink(study)]));
    const ends = [...opened].map(([study, link]) => connect(link, study, measurements));
    links.current = opened;
    return () => {
      for (const end of ends) end();
      for (const link of opened.values()) link.close();
    };
  }, [config, measurements]);
  return useCallback(
    (one) => {
      const study = one.frame.instance.studyInstanceUID;
      links.current.get(study)?.send({ type: 'measurement.insert', study, measurement: tokenOf(measurements, one) });
    },
    [measurements],
  );
}
