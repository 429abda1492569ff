import type { CoverageState } from '../../shared/findings/coverage.ts'
import type { SeenInstance } from '../../shared/queries/fleet-then.ts'
import type { Freshness } from '../../shared/queries/freshness.ts'
import { ApiProblem, pathWith } from '../ask.ts'
import { type Html, html, NOTHING } from '../html.ts'
import type { Page } from '../page.ts'
import { stateBadge } from '../parts/badge.ts'
import { data } from '../parts/data.ts'
import { problemSummary, problemsIn } from '../parts/findings-form.ts'
import { listOf } from '../parts/findings-query.ts'
import { instanceLink } from '../parts/links.ts'
import { pager } from '../parts/pager.ts'
import { table } from '../parts/table.ts'

/** Each state, and what it says of the instances that are in it. */
export const STATES: Record<CoverageState, string> = {
  assessed: 'the newest scan has assessed it',
  unreachable: 'no usable answer came from it',
  unmanaged: 'it runs, and Systems Manager does not know it',
  stopped: 'it does not run',
  excluded: 'its tags take it out',
  'left-scope': 'it no longer has the tags of the fleet, or its account has left',
  retired: 'it is gone',
}
const NAMES = Object.keys(STATES) as CoverageState[]

type Seen = SeenInstance & { cluster?: string }
type Answer = { fresh: Freshness; instances: Seen[]; next?: string }

const PLACES = ['cluster', 'account', 'region', 'instance'] as const
const LABELS: Record<(typeof PLACES)[number], string> = {
  cluster: 'Cluster',
  account: 'Account',
  region: 'Region',
  instance: 'Instance',
}

/** Every instance that the newest scan saw, whatever it could say of it: none is missing. */
export const instances: Page = async ({ ask, query }) => {
  const asked = {
    state: listOf(query, 'state'),
    ...Object.fromEntries(PLACES.map((name) => [name, listOf(query, name)])),
  } as Record<'state' | (typeof PLACES)[number], string[]>
  const found = await ask<Answer>('/v1/instances', {
    ...asked,
    ...{ limit: 100, cursor: query.get('cursor') ?? undefined },
  }).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.status === 400) return error
    throw error
  })
  const isProblem = found instanceof ApiProblem
  const body = html`<h1>Instances</h1>
${problemSummary(isProblem ? problemsIn(found) : [])}
${isProblem ? NOTHING : states(found.fresh, asked.state)}
${form(asked)}
${isProblem ? NOTHING : list(found, query, asked)}`
  return {
    ...{ title: 'Instances', current: 'instances', body },
    ...(isProblem ? { status: 400 } : { fresh: found.fresh }),
  }
}

/** How many are in each state, as links. */
const states = ({ scan }: Freshness, chosen: string[]): Html => {
  const byState = scan?.coverage?.byState
  if (!byState) return NOTHING
  const known = NAMES.filter((name) => (byState[name] ?? 0) > 0)
  return html`<ul class="chips" aria-label="States">${known.map(
    (name) =>
      html`<li><a class="chip" href="${pathWith('/instances', { state: name })}"${chosen.length === 1 && chosen[0] === name && html` aria-current="true"`}>${name}: ${byState[name] ?? 0}</a></li>`,
  )}</ul>`
}

const form = (
  asked: Record<string, string[]>,
): Html => html`<form action="/instances" method="get" role="search" aria-label="Instances">
<div class="filters">
<fieldset class="choices"><legend>State</legend>${NAMES.map(
  (name) =>
    html`<label class="choice"><input type="checkbox" name="state" value="${name}"${asked.state?.includes(name) && html` checked`}> ${name}</label> `,
)}</fieldset>
${PLACES.map(
  (name) =>
    html`<div><label for="f-${name}">${LABELS[name]}</label><input id="f-${name}" name="${name}" value="${(asked[name] ?? []).join(', ')}"></div>`,
)}
<div><button class="primary">Show</button> <a class="button" href="/instances">Clear</a></div>
</div></form>`

const list = (found: Answer, query: URLSearchParams, asked: Record<string, string[]>): Html => {
  const isNarrowed = Object.values(asked).some((values) => values.length > 0)
  const places = {
    account: new Set(found.instances.map(({ account }) => account)).size > 1,
    region: new Set(found.instances.map(({ region }) => region)).size > 1,
  }
  const isWhole = !query.has('cursor') && found.next === undefined
  const counted = found.instances.length === 1 ? '1 instance' : `${found.instances.length} instances`
  return html`<p>${counted}${!isWhole && ' on this page'}.</p>
${table({
  ...{ caption: 'Instances', quiet: true },
  columns: [
    'Instance',
    'State',
    'Why',
    'Cluster',
    ...(places.account ? ['Account'] : []),
    ...(places.region ? ['Region'] : []),
  ],
  rows: found.instances.map((each) => [
    instanceLink(each),
    stateBadge(each.state),
    html`${STATES[each.state]}${each.detail !== undefined && html`: ${data(each.detail, 120)}`}`,
    each.cluster === undefined ? '' : data(each.cluster, 80),
    ...(places.account ? [each.account] : []),
    ...(places.region ? [each.region] : []),
  ]),
  empty: found.fresh.scan
    ? isNarrowed
      ? html`Nothing fits these filters. <a href="/instances">Show all instances</a>.`
      : 'The newest scan saw no instance with the tags of the fleet.'
    : 'No scan of the whole fleet has ended yet.',
})}
${pager('/instances', query, found.next)}`
}
