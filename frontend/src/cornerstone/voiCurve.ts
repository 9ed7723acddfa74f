/** Showing grey values through a VOI table: Cornerstone's stack viewport knows windows alone. */
import { getShouldUseCPURendering, utilities, type Types } from '@cornerstonejs/core';
import { curveRange, lookUp, type LookUpTable } from '../domain/samples';
import type { ValueRange } from '../domain/window';

const NODES = 512;

interface TransferFunction {
  removeAllPoints: () => void;
  addRGBPoint: (x: number, red: number, green: number, blue: number) => void;
}

interface ImageActor {
  getProperty: () => { setRGBTransferFunction: (index: number, transfer: TransferFunction) => void };
}

/** The curve of the table, its ends laid on `range`. */
function addCurve(transfer: TransferFunction, table: LookUpTable, range: ValueRange): void {
  const own = curveRange(table);
  const brightest = 2 ** table.bits - 1;
  transfer.removeAllPoints();
  for (let node = 0; node <= NODES; node += 1) {
    const share = node / NODES;
    const grey = lookUp(table, Math.round(own.lower + share * (own.upper - own.lower))) / brightest;
    transfer.addRGBPoint(range.lower + share * (range.upper - range.lower), grey, grey, grey);
  }
}

/**
 * Show the viewport's picture through `table`, or linearly when there is none, between the ends of
 * `range`. Later changes of the window stretch the curve.
 */
export function installCurve(viewport: Types.IStackViewport, table: LookUpTable | undefined, range: ValueRange): void {
  if (getShouldUseCPURendering()) return; // without WebGL there are windows alone
  const transfer = utilities.createLinearRGBTransferFunction({ ...range });
  if (table) addCurve(transfer, table, range);
  if (viewport.getProperties().invert) utilities.invertRgbTransferFunction(transfer);
  (viewport.getDefaultActor().actor as unknown as ImageActor).getProperty().setRGBTransferFunction(0, transfer);
}
