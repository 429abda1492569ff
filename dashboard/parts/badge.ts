import type { CoverageState } from '../../shared/findings/coverage.ts'
import type { Severity, Status } from '../../shared/findings/finding.ts'
import type { ScanRecord } from '../../shared/findings/records.ts'
import { type Html, html } from '../html.ts'

const WORDS: Record<Status, string> = {
  FAIL: 'FAIL',
  ERROR: 'ERROR',
  PASS: 'PASS',
  NOT_APPLICABLE: 'N/A',
}

/** A status as a word in its colour; `waived` and `stale` stand beside it as words. */
export const statusBadge = (
  status: Status,
  { waived = false, stale = false }: { waived?: boolean; stale?: boolean } = {},
): Html =>
  html`<span class="badge ${classOf(status)}${waived && ' is-waived'}">${WORDS[status]}</span>${
    waived && html` <span class="note">waived</span>`
  }${stale && html` <span class="note">stale</span>`}`

const classOf = (status: string): string => status.toLowerCase().replace('_', '-')

export const severityMark = (severity: Severity): Html =>
  html`<span class="severity ${severity}">${severity}</span>`

/** Where an instance stands, by coverage. */
export const stateBadge = (state: CoverageState): Html =>
  html`<span class="badge state-${state}">${state}</span>`

export const scanBadge = (status: ScanRecord['status']): Html =>
  html`<span class="badge scan-${status}">${status === 'open' ? 'running' : status}</span>`
