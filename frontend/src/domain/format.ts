/** DICOM values as people read them. */

/** 'YYYYMMDD' as 'YYYY-MM-DD'; what is no date stays as it is. */
export function formatDate(value: string): string {
  const match = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(value.trim());
  return match ? `${match[1] ?? ''}-${match[2] ?? ''}-${match[3] ?? ''}` : value.trim();
}

/** 'HHMMSS.ffffff' as 'HH:MM'; what is no time is left out. */
export function formatTime(value: string): string {
  const match = /^(\d{2}):?(\d{2})/.exec(value.trim());
  return match ? `${match[1] ?? ''}:${match[2] ?? ''}` : '';
}

/** Years between two dates 'YYYYMMDD'; undefined when one is unusable or the order is wrong. */
export function ageInYears(birthDate: string, date: string): number | undefined {
  if (!/^\d{8}$/.test(birthDate) || !/^\d{8}$/.test(date)) return undefined;
  const years = Math.floor((Number(date) - Number(birthDate)) / 10000);
  return years >= 0 && years <= 130 ? years : undefined;
}

/** A number with at most `digits` decimals, without trailing zeros. */
export function compact(value: number, digits = 2): string {
  return String(Number(value.toFixed(digits)));
}

/** Window values: whole numbers, unless the window is narrow. */
export function windowNumber(value: number, width: number): string {
  return compact(value, Math.abs(width) < 10 ? 2 : 0);
}
