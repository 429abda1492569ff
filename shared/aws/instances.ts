import { DescribeInstancesCommand, type EC2Client, type Filter, type Instance } from '@aws-sdk/client-ec2'
import { ANY, type TagSelector } from '../config/selectors.ts'

/** Running: can be scanned. Stopped: also on its way up or down. Gone: terminated or about to be. */
export type InstanceState = 'running' | 'stopped' | 'gone'

/** An instance as EC2 describes it; `stateName` is EC2's own word. */
export type Ec2Instance = {
  instanceId: string
  state: InstanceState
  stateName: string
  tags: Record<string, string>
}

/** A filter takes at most this many values. */
const MOST_FILTER_VALUES = 200

/** The instances that match any of the selectors, each once; with `only`, those of them that have one of these ids. */
export const instancesByTag = async (
  ec2: EC2Client,
  selectors: TagSelector[],
  only?: string[],
): Promise<Ec2Instance[]> => {
  const found = new Map<string, Ec2Instance>()
  const among = only ? [{ Name: 'instance-id', Values: only }] : []
  for (const selector of selectors)
    for (const instance of await describeInstances(ec2, [...tagFilters(selector), ...among]))
      found.set(instance.instanceId, instance)
  return [...found.values()]
}

/** The instances with these ids that EC2 still knows; by filter, because an unknown id in a list fails the call. */
export const instancesById = async (ec2: EC2Client, ids: string[]): Promise<Ec2Instance[]> => {
  const found: Ec2Instance[] = []
  for (let i = 0; i < ids.length; i += MOST_FILTER_VALUES)
    found.push(
      ...(await describeInstances(ec2, [
        { Name: 'instance-id', Values: ids.slice(i, i + MOST_FILTER_VALUES) },
      ])),
    )
  return found
}

/** What asks EC2 for the instances that a selector matches. */
export const tagFilters = (selector: TagSelector): Filter[] =>
  Object.entries(selector).map(([key, value]) =>
    key.endsWith('*')
      ? { Name: 'tag-key', Values: [`${literal(key.slice(0, -1))}*`] }
      : { Name: `tag:${key}`, Values: [value].flat().map((each) => (each === ANY ? ANY : literal(each))) },
  )

/** In a filter `*` and `?` are wildcards; what stands in a configuration is meant as it stands. */
const literal = (value: string): string => value.replace(/[\\*?]/g, '\\$&')

/** Every instance that passes all of the filters, over all pages. */
export const describeInstances = async (ec2: EC2Client, filters: Filter[]): Promise<Ec2Instance[]> => {
  const found: Instance[] = []
  let token: string | undefined
  do {
    const page = await ec2.send(
      new DescribeInstancesCommand({
        Filters: filters,
        MaxResults: 1000,
        ...(token !== undefined && { NextToken: token }),
      }),
    )
    found.push(...(page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []))
    token = page.NextToken || undefined
  } while (token !== undefined)
  return found.flatMap(readInstance)
}

const readInstance = (instance: Instance): Ec2Instance[] => {
  if (!instance.InstanceId) return []
  const stateName = instance.State?.Name ?? 'unknown'
  const tags = Object.fromEntries((instance.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
  return [{ instanceId: instance.InstanceId, state: stateOf(stateName), stateName, tags }]
}

const stateOf = (name: string): InstanceState => {
  if (name === 'running') return 'running'
  return name === 'terminated' || name === 'shutting-down' ? 'gone' : 'stopped'
}
