import { controlsOf } from './digest-blocks.ts'
import type { DigestBlock, DigestBody, DigestLine } from './digest-body.ts'
import { jsonLine } from './json.ts'
import { plainText } from './plain-text.ts'
import { code, escaped } from './slack-text.ts'

/** Shorter than any chat shows in full; Amazon Q's own schema (custom notifications) names no limit. */
const LONGEST_TITLE = 250
const LONGEST_DESCRIPTION = 3000
const MOST_STEPS = 3

/**
 * The digest as a custom notification of Amazon Q Developer in chat applications, which shows the chat's own markdown
 * and drops what is not of this form (administrator guide, "Custom notifications").
 */
export const amazonQMessage = (body: DigestBody): string => {
  const { digestId, subject, kind, route, severity, worst, blocks, more } = body
  const steps = [...new Set(blocks.flatMap(({ fix }) => (fix === undefined ? [] : [fix])))]
  return jsonLine({
    version: '1.0',
    source: 'custom',
    id: digestId,
    content: {
      textType: 'client-markdown',
      title: plainText(escaped(subject), LONGEST_TITLE),
      description: descriptionOf(body),
      nextSteps: [...steps.slice(0, MOST_STEPS).map(escaped), code(more)],
      keywords: ['fleet-scanner', kind, route, ...(severity === 'none' ? [] : [severity]), worst],
    },
    metadata: { threadId: route, summary: plainText(escaped(subject), LONGEST_TITLE), eventType: kind },
  })
}

/** Whole lines, as many as fit. */
const descriptionOf = (body: DigestBody): string => {
  const { notes, coverage, blocks, omitted } = body
  const lines = [
    `${coverage.assessed} of ${coverage.total} instances assessed`,
    ...notes.map(escaped),
    ...body.targetErrors.map((error) => `Not fully scanned: ${code(plainText(error, 140))}`),
    ...blocks.flatMap((block) => [headOf(block), ...block.lines.map(lineOf)]),
  ]
  let text = ''
  let left = blocks.reduce((sum, block) => sum + block.lines.length, 0) + omitted
  for (const line of lines) {
    if (text.length + line.length + 40 > LONGEST_DESCRIPTION) break
    text += `${line}\n`
    if (line.startsWith('•')) left--
  }
  return `${text}${left > 0 ? `and ${left} more` : ''}`.trimEnd()
}

const headOf = ({ heading, cluster, rules, count }: DigestBlock): string => {
  const [rule] = rules
  const about = [
    ...(cluster === undefined ? [] : [`cluster ${code(plainText(cluster, 60))}`]),
    ...(rule === undefined ? [] : [escaped(controlsOf(rules))]),
  ]
  return `*${escaped(heading)}* (${count})${about.length > 0 ? `: ${about.join(', ')}` : ''}`
}

const lineOf = ({ instanceId, account, region, to, since, message }: DigestLine): string => {
  const where = instanceId === undefined ? '' : `${code(plainText(instanceId, 64))} ${account}/${region}: `
  const state = to === undefined ? '' : `${to}${since ? ` since ${since.slice(0, 16)}Z` : ''}, `
  return `• ${where}${state}${code(plainText(message, 140))}`
}
