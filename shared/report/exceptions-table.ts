import type { Exception } from '../queries/exceptions.ts'
import { shortTime } from './findings-table.ts'
import type { Paint } from './grid.ts'
import { plainText } from './plain-text.ts'
import { table } from './where-table.ts'

export const renderExceptions = (exceptions: Exception[], paint: Paint): string => {
  if (exceptions.length === 0) return 'no waiver was in force\n'
  const rows = exceptions.map(({ id, rule, scope, who, approvedBy, createdAt, ends, ticket, reason }) => [
    plainText(id),
    plainText(rule),
    plainText(`${scope.kind} ${scope.value}`),
    shortTime(createdAt),
    shortTime(ends),
    plainText(who),
    plainText(approvedBy ?? 'nobody'),
    plainText(`${reason} (${ticket})`),
  ])
  return table(['WAIVER', 'RULE', 'SCOPE', 'FROM', 'TO', 'ASKED BY', 'APPROVED BY', 'WHY'], rows, paint)
}
