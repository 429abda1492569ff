/**
 * The id of a scan that is named after a time (ISO 8601): `20260131T120000Z`, with milliseconds where there are any.
 * It sorts by time, and needs no quotes in a shell.
 */
export const scanIdOf = (time: string): string =>
  new Date(time).toISOString().replace('.000Z', 'Z').replace(/[-:]/g, '')
