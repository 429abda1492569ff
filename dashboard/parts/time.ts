import { shortTime } from '../../shared/report/findings-table.ts'
import { timeSpan } from '../../shared/report/time-span.ts'
import { type Html, html } from '../html.ts'

/** A moment (ISO 8601) to the minute, UTC. */
export const time = (iso: string): Html => html`<time datetime="${iso}">${shortTime(iso)}</time>`

/** The same with its distance from `now`: `2026-01-31 12:00Z, 3 d 4 h ago`. */
export const timeAgo = (iso: string, now: string): Html => html`${time(iso)}, ${ago(iso, now)}`

/** `3 d 4 h ago`. */
export const ago = (iso: string, now: string): string =>
  `${timeSpan((Date.parse(now) - Date.parse(iso)) / 1000)} ago`

/** A day, UTC. */
export const day = (iso: string): Html =>
  html`<time datetime="${iso.slice(0, 10)}">${iso.slice(0, 10)}</time>`
