/** Milliseconds of a duration as the CRDs write it (`1h30m`, `90s`, `0`). The API server has checked the pattern. */
export function milliseconds(duration: string): number {
  const [, hours = "0", minutes = "0", seconds = "0"] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration) ?? [];
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
