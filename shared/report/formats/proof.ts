import type { AuditFinding } from '../audit-findings.ts'
import { plainText } from '../plain-text.ts'

/** The pieces of evidence that decide, each a line that is safe to print but for markup: `--auto-tls=true (process, pid 812)`. */
export const proofLines = ({ evidence, proofProblem }: AuditFinding): string[] => [
  ...evidence.map(({ text, source, path, pid }) => {
    const place = [source, ...(path === undefined ? [] : [plainText(path)])].join(' ')
    return `${plainText(text, 500)} (${pid === undefined ? place : `${place}, pid ${pid}`})`
  }),
  ...(proofProblem === undefined ? [] : [`not shown: ${plainText(proofProblem, 300)}`]),
]

/** Why the verdict is not of the scan that answers; undefined: it is. */
export const staleText = ({ stale, coverage, detail }: AuditFinding): string | undefined =>
  stale
    ? `the verdict is from before: ${coverage ?? 'not seen'}${detail === undefined ? '' : ` (${plainText(detail)})`}`
    : undefined

/** `waived until 2026-01-31 by w-..., approved by bob: reason (ticket)`; undefined: it is not. */
export const waivedText = ({ waived }: AuditFinding): string | undefined => {
  if (!waived) return undefined
  const { id, until, reason, ticket, who, approvedBy } = waived
  const by = approvedBy === undefined ? 'approved by nobody else' : `approved by ${plainText(approvedBy)}`
  return `waived until ${until.slice(0, 10)} by ${plainText(id)}, asked for by ${plainText(who)}, ${by}: ${plainText(reason, 500)} (${plainText(ticket)})`
}
