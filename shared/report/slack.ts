import type { ContextBlock, HeaderBlock, MrkdwnElement, SectionBlock } from '@slack/types'
import { coverageLine } from './coverage-line.ts'
import type { DigestBody } from './digest-body.ts'
import { plainText } from './plain-text.ts'
import { entriesOf } from './slack-entries.ts'
import { code, escaped } from './slack-text.ts'

/** What Slack takes (https://docs.slack.dev/reference/block-kit/blocks): more, and it refuses the whole message. */
export const SLACK_LIMITS = { blocks: 50, header: 150, text: 3000 }

/** Slack refuses a message whose blocks hold too much text in all, from somewhere above 13,000 characters on. */
const MOST_TEXT = 12_000
/** Header, totals, failed targets, what is left, and where it came from. */
const FRAME_BLOCKS = 5
const MOST_NOTES = 6
const MOST_ERRORS = 3

type Block = HeaderBlock | SectionBlock | ContextBlock

/** What an incoming webhook takes: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export type SlackMessage = {
  /** Shown where blocks are not, as in a notification. */
  text: string
  blocks: Block[]
  unfurl_links: false
  unfurl_media: false
}

/** The digest as a Slack message in Block Kit, within Slack's limits; entries that do not fit are counted. */
export const slackMessage = (body: DigestBody): SlackMessage => {
  const { subject, targetErrors } = body
  const head: Block[] = [
    {
      type: 'header',
      text: { type: 'plain_text', text: plainText(subject, SLACK_LIMITS.header), emoji: false },
    },
    section(totals(body)),
    ...(targetErrors.length > 0 ? [section(failed(targetErrors))] : []),
  ]
  const end = { type: 'context' as const, elements: [mrkdwn(origin(body))] }
  const { texts, listed } = packed(entriesOf(body), MOST_TEXT - sizeOf([...head, end]) - LONGEST_REST)
  const counted = Object.values(body.counts).reduce((sum, count) => sum + count, 0)
  return {
    text: escaped(plainText(subject, SLACK_LIMITS.header)),
    blocks: [...head, ...texts.map(section), ...restOf(body, counted - listed), end],
    unfurl_links: false,
    unfurl_media: false,
  }
}

/** `verbatim`: Slack makes no links of what looks like a URL, a channel or a name. */
const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true })

const section = (text: string): SectionBlock => ({ type: 'section', text: mrkdwn(text) })

const totals = ({ coverage, previousCoverage, findings, notes }: DigestBody): string =>
  [
    `*Fleet:* ${escaped(coverageLine(coverage, []))}`,
    ...(previousCoverage ? [`*Before:* ${escaped(coverageLine(previousCoverage, []))}`] : []),
    `*Findings:* ${(['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE'] as const)
      .map((status) => `${findings[status] ?? 0} ${status}`)
      .join(', ')}`,
    ...notes.slice(0, MOST_NOTES).map((note) => escaped(plainText(note, 300))),
  ].join('\n')

const failed = (errors: string[]): string =>
  [
    '*Not fully scanned*',
    ...errors.slice(0, MOST_ERRORS).map((error) => `• ${code(plainText(error, 140))}`),
    // The digest names ten at most, so that there may be more than it says.
    ...(errors.length > MOST_ERRORS ? [`and ${errors.length - MOST_ERRORS} or more others`] : []),
  ].join('\n')

const origin = ({ digestId, at, route }: DigestBody): string =>
  `Digest ${code(plainText(digestId, 120))}, route ${escaped(route)}, ${at.slice(0, 16)}Z`

const LONGEST_REST = 200

const restOf = ({ more }: DigestBody, left: number): SectionBlock[] =>
  left > 0 ? [section(`${left} more are not listed here. All of it:\n${code(plainText(more, 150))}`)] : []

/** Puts entries together into texts for sections, as many whole entries as fit; a block begins a new one. */
const packed = (
  entries: { text: string; opens: boolean }[],
  room: number,
): { texts: string[]; listed: number } => {
  const texts: string[] = []
  let left = room
  for (const [listed, { text, opens }] of entries.entries()) {
    const last = texts.at(-1)
    const joins = last !== undefined && !opens && last.length + 1 + text.length <= SLACK_LIMITS.text
    const isFull = !joins && texts.length === SLACK_LIMITS.blocks - FRAME_BLOCKS
    left -= text.length + 1
    if (left < 0 || isFull) return { texts, listed }
    if (joins) texts[texts.length - 1] = `${last}\n${text}`
    else texts.push(text)
  }
  return { texts, listed: entries.length }
}

const sizeOf = (blocks: Block[]): number => JSON.stringify(blocks).length
