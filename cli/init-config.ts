import { stringify } from 'yaml'
import { presetNames } from '../shared/config/selectors.ts'
import { UsageError } from './exit-code.ts'
import type { InitAnswers } from './init-answers.ts'

/** The text of a first `fleet-scanner.yaml`. Throws UsageError on a selector that is neither a preset nor tags. */
export const initConfig = (answers: InitAnswers): string => {
  const { account, region, regions, selectors, email, schedule, externalId } = answers
  const parts: [comment: string, value: object][] = [
    ['Where the scanner itself runs.', { home: { account, region } }],
    [
      'What is scanned: the instances that have all tags of any one selector. Further accounts are further entries.',
      {
        targets: [{ account, regions, externalId, selectors: selectors.map(selectorOf) }],
      },
    ],
    [
      'When: rate(1 day), rate(1 hour), or cron(minutes hours day month weekday year).',
      {
        schedule: { expression: schedule, timeZone: 'UTC' },
      },
    ],
    ...(email.length === 0
      ? []
      : ([
          ['Who is told what has changed.', { routes: [{ name: 'everything', email }] }],
          ['Who is told when the scanner itself is broken.', { alarms: { email } }],
        ] as [string, object][])),
  ]
  const body = parts.map(([comment, value]) => `# ${comment}\n${stringify(value, { lineWidth: 0 })}`)
  return ['# Every key that may stand here: docs/configuration.md\n', ...body].join('\n')
}

const selectorOf = (text: string): string | Record<string, string> => {
  if (presetNames.includes(text)) return text
  const tags = text.split(',').map((pair): [string, string] => {
    const at = pair.indexOf('=')
    if (at < 1)
      throw new UsageError(
        `--selector does not know "${text}"; it takes ${presetNames.join(', ')}, or tags such as team=platform,env=prod`,
      )
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
  })
  return Object.fromEntries(tags)
}
