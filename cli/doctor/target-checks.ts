import type { ScanPlan, TargetPlan } from '../../lambdas/run-scan/deps.ts'
import { isTooOld, OLDEST_AGENT } from '../../shared/aws/agent-version.ts'
import { type Check, note, ok, problem } from './check.ts'

/** Named one by one up to here; then counted. */
const MOST_NAMED = 5

/** What is the matter with the targets of a plan that was made with `check`. */
export const targetChecks = ({ targets }: Pick<ScanPlan, 'targets'>): Check[] => {
  const checks = targets.flatMap(oneTarget)
  const isAnyThere = targets.some(({ toScan, skipped }) => toScan.length + skipped.length > 0)
  if (isAnyThere || targets.some(({ error }) => error !== undefined)) return checks
  const mend = 'correct `selectors` in the configuration; fleet-scanner init shows what selectors match'
  return [...checks, problem('fleet', 'no instance of any target has the tags', mend)]
}

const oneTarget = (target: TargetPlan): Check[] => {
  const { account, region, error, document, documentProblem, readerProblem } = target
  const about = `${account}/${region}`
  if (error !== undefined)
    return [problem(about, `its instances could not be listed: ${error}`, mendOf(error))]
  return [
    ok(about, 'the sender role can be assumed, and its instances can be listed'),
    readerProblem === undefined
      ? ok(about, 'the reader role can be assumed, and answers can be read')
      : problem(about, `answers could not be read: ${readerProblem}`, mendOf(readerProblem)),
    document === 'ok' || document === undefined
      ? ok(about, 'the document is there, and holds this release')
      : problem(about, documentProblem ?? 'its document is not as deployed', MEND_DOCUMENT),
    ...instanceChecks(about, target),
    ...outsideChecks(about, target),
  ]
}

const MEND_DOCUMENT =
  'deploy the member document stack there; fleet-scanner document diff, with --profile and --region of that account, shows the difference'

const mendOf = (error: string): string =>
  /AssumeRole/.test(error)
    ? 'deploy the member role stack in that account, with the same role, external id and organization as in the configuration'
    : 'see what the message says; the roles of the member role stack have the rights that are needed'

type Instance = TargetPlan['toScan'][number] | TargetPlan['skipped'][number]

const instanceChecks = (about: string, { toScan, skipped }: TargetPlan): Check[] => {
  const inState = (state: string) => skipped.filter((each) => each.state === state)
  const unreachable = inState('unreachable')
  const old = [...toScan, ...unreachable].filter(({ agent }) => isTooOld(agent?.agentVersion ?? ''))
  const found: [Instance[], (named: string) => Check][] = [
    [toScan, (named) => ok(about, `ready to be scanned: ${named}`)],
    [
      inState('unmanaged'),
      (named) =>
        problem(
          about,
          `tagged and running, and unknown to Systems Manager: ${named}`,
          'install the SSM Agent there, and give the instance a profile with AmazonSSMManagedInstanceCore, or turn on Default Host Management',
        ),
    ],
    [
      unreachable,
      (named) =>
        problem(
          about,
          `Systems Manager cannot reach: ${named}`,
          'see whether the agent runs (systemctl status amazon-ssm-agent), and that the instance reaches the endpoints ssm, ssmmessages and ec2messages of its region',
        ),
    ],
    [
      old,
      (named) =>
        problem(about, `the SSM Agent is older than ${OLDEST_AGENT}: ${named}`, 'update the agent there'),
    ],
    [inState('stopped'), (named) => note(about, `stopped, and not scanned: ${named}`)],
    [inState('excluded'), (named) => note(about, `left out by their opt-out tag: ${named}`)],
  ]
  const checks = found.flatMap(([instances, check]) =>
    instances.length > 0 ? [check(namesOf(instances))] : [],
  )
  return toScan.length + skipped.length > 0 ? checks : [note(about, 'no instance has the tags')]
}

const namesOf = (instances: Instance[]): string =>
  listed(
    instances.map(({ instanceId, ...rest }) =>
      'detail' in rest && rest.detail !== undefined ? `${instanceId} (${rest.detail})` : instanceId,
    ),
    instances.length,
  )

const outsideChecks = (about: string, { outside }: TargetPlan): Check[] => {
  if (outside === undefined || outside.count === 0) return []
  const names = outside.instances.map(({ instanceId, name }) =>
    name === undefined ? instanceId : `${instanceId} (${name})`,
  )
  return [
    problem(
      about,
      `look like control planes, and no selector matches them: ${listed(names, outside.count)}`,
      'add a selector that matches them, or tag them with the opt-out tag if they are none',
    ),
  ]
}

const listed = (names: string[], count: number): string => {
  const shown = names.slice(0, MOST_NAMED)
  const more = count - shown.length
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}
