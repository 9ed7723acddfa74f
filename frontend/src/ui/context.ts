/** The page's own objects, for all components. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Annotations } from '../api/annotations';
import type { ViewerConfig } from '../api/config';
import type { DicomWeb } from '../api/dicomweb';
import type { ReadingPlaces } from '../api/hangings';
import type { StackView, ViewState } from '../cornerstone/stackView';
import type { Hanger } from '../tools/hanger';
import type { KeyImages, KeyImagesState } from '../tools/keyImages';
import type { KeptHangings } from '../tools/keptHangings';
import type { Measurements, MeasurementsState } from '../tools/measurements';
import type { Overlays, OverlaysState } from '../tools/overlays';
import type { Windows } from '../tools/windows';
import type { Workspace, WorkspaceState } from '../tools/workspace';
import type { Library, StudyEntry } from '../api/library';

export interface Services {
  readonly config: ViewerConfig;
  readonly dicomWeb: DicomWeb;
  readonly library: Library;
  readonly annotations: Annotations;
  readonly keyImages: KeyImages;
  readonly measurements: Measurements;
  readonly overlays: Overlays;
  readonly workspace: Workspace;
  readonly hanger: Hanger;
  readonly kept: KeptHangings;
  readonly places: ReadingPlaces;
  readonly windows: Windows;
}

export const ServicesContext = createContext<Services | undefined>(undefined);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('Outside of the viewer');
  return services;
}

export function useWorkspace(): WorkspaceState {
  const { workspace } = useServices();
  return useSyncExternalStore(workspace.subscribe, workspace.getState);
}

export function useStudies(): readonly StudyEntry[] {
  const { library } = useServices();
  return useSyncExternalStore(library.subscribe, library.getState);
}

export function useMeasurements(): MeasurementsState {
  const { measurements } = useServices();
  return useSyncExternalStore(measurements.subscribe, measurements.getState);
}

export function useKeyImages(): KeyImagesState {
  const { keyImages } = useServices();
  return useSyncExternalStore(keyImages.subscribe, keyImages.getState);
}

export function useOverlays(): OverlaysState {
  const { overlays } = useServices();
  return useSyncExternalStore(overlays.subscribe, overlays.getState);
}

export function useView(view: StackView): ViewState {
  return useSyncExternalStore(view.subscribe, view.getState);
}

/** How many frames of a display set are in memory. */
export function useLoaded(setId: string): number {
  const { progress } = useServices().workspace;
  return useSyncExternalStore(progress.subscribe, () => progress.loaded(setId));
}
