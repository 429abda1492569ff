import { AwsError } from './aws-error.ts'
import type { Caller } from './caller.ts'
import type { Fleet, FleetInstance } from './fleet.ts'
import { pageOf } from './paging.ts'
import { ec2Response, listOf, numbersUnder, type QueryParameters, type XmlValue } from './query-protocol.ts'
import { hasTag, matchesAny } from './tag-filter.ts'

type Filter = { name: string; values: string[] }

const STATE_CODES = { running: 16, terminated: 48, stopped: 80 } as const

/** Amazon EC2: DescribeInstances over the fleet, by id or by filter, in pages. Answers XML. */
export const ec2 =
  (fleet: Fleet) =>
  (caller: Caller, query: QueryParameters): string => {
    const action = query.get('Action') ?? ''
    if (action !== 'DescribeInstances')
      throw new AwsError('InvalidAction', `the embedded account has no ec2:${action}`)
    const here = fleet.instances.filter((i) => i.account === caller.account && i.region === caller.region)
    const ids = listOf(query, 'InstanceId')
    const maxResults = sizeOf(query, ids)
    const wanted = ids.length === 0 ? here : pick(here, ids)
    const filters = filtersOf(query)
    const found = wanted.filter((instance) => filters.every((filter) => passes(instance, filter)))
    const page = pageOf(found, { maxResults, nextToken: query.get('NextToken') }, 'InvalidParameterValue')
    return ec2Response(action, {
      reservationSet: page.items.length === 0 ? '' : { item: page.items.map(reservation) },
      nextToken: page.nextToken,
    })
  }

const sizeOf = (query: QueryParameters, ids: string[]): number | undefined => {
  const text = query.get('MaxResults')
  if (text === undefined) return undefined
  if (ids.length > 0)
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    )
  const size = Number(text)
  if (!(size >= 5 && size <= 1000))
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${text} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.`,
    )
  return size
}

const pick = (here: FleetInstance[], ids: string[]): FleetInstance[] => {
  const missing = ids.filter((id) => !here.some((instance) => instance.id === id))
  if (missing.length > 0)
    throw new AwsError('InvalidInstanceID.NotFound', `The instance IDs '${missing.join(', ')}' do not exist`)
  return here.filter((instance) => ids.includes(instance.id))
}

const filtersOf = (query: QueryParameters): Filter[] =>
  numbersUnder(query, 'Filter').map((n) => ({
    name: query.get(`Filter.${n}.Name`) ?? '',
    values: listOf(query, `Filter.${n}.Value`),
  }))

const passes = (instance: FleetInstance, { name, values }: Filter): boolean => {
  if (name.startsWith('tag:')) return hasTag(instance.tags, name, values)
  if (name === 'tag-key') return Object.keys(instance.tags).some((key) => matchesAny(key, values))
  if (name === 'instance-state-name') return matchesAny(instance.state, values)
  if (name === 'instance-id') return matchesAny(instance.id, values)
  throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`)
}

const reservation = (instance: FleetInstance): XmlValue => ({
  reservationId: instance.id.replace(/^i-/, 'r-'),
  ownerId: instance.account,
  groupSet: '',
  instancesSet: {
    item: {
      instanceId: instance.id,
      instanceState: { code: STATE_CODES[instance.state], name: instance.state },
      instanceType: 'm7g.large',
      placement: { availabilityZone: `${instance.region}a` },
      tagSet: { item: Object.entries(instance.tags).map(([key, value]) => ({ key, value })) },
    },
  },
})
