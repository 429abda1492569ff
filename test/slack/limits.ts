import type { KnownBlock } from '@slack/types'
import type { SlackMessage } from '../../shared/report/slack.ts'

/**
 * What is wrong with a message by Slack's published limits and by what text from a node must never be; nothing: [].
 * https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/messaging/formatting-message-text
 */
export const problemsOf = ({ text, blocks }: SlackMessage): string[] => {
  // Slack's own types: what does not fit them is an error when the tests are type-checked.
  const known: KnownBlock[] = blocks
  return [
    ...(known.length > 50 ? [`${known.length} blocks`] : []),
    ...(text === '' || text.length > 150 ? [`a text of ${text.length} characters`] : []),
    ...known.flatMap((block) => {
      switch (block.type) {
        case 'header':
          return block.text.text.length > 150 || block.text.text === '' ? ['a header that is too long'] : []
        case 'section':
          return textProblems(block.text, 3000)
        case 'context':
          return [
            ...(block.elements.length > 10 ? ['too many elements'] : []),
            ...block.elements.flatMap((each) => textProblems(each, 3000)),
          ]
        default:
          return [`a block of type ${block.type}`]
      }
    }),
  ]
}

const textProblems = (element: object | undefined, max: number): string[] => {
  if (element === undefined || !('text' in element) || typeof element.text !== 'string') return ['no text']
  const { text } = element
  const outside = text.replaceAll(/`[^`\n]*`/g, '')
  return [
    ...(text.length === 0 || text.length > max ? [`a text of ${text.length} characters`] : []),
    ...('verbatim' in element && element.verbatim === true ? [] : ['links are made of what looks like one']),
    // Links, channels and calls to people are written with these, and with nothing else.
    ...(/[<>]/.test(text) ? [`markup: ${text}`] : []),
    ...(/&(?!amp;|lt;|gt;)/.test(text) ? [`a bare ampersand: ${text}`] : []),
    ...(outside.includes('`') ? [`a backtick that is not closed: ${text}`] : []),
    ...(/[\p{Cc}\p{Cf}]/u.test(text.replaceAll('\n', '')) ? [`control characters: ${text}`] : []),
  ]
}
