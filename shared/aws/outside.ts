import type { EC2Client, Filter } from '@aws-sdk/client-ec2'
import { presetNames, selectorsSchema } from '../config/selectors.ts'
import { describeInstances, type Ec2Instance, tagFilters } from './instances.ts'
import { isExcluded, type Naming } from './inventory.ts'

/** Instances that look like control planes and that no selector matches: some of them, and how many there are. */
export type Outside = { instances: { instanceId: string; name?: string }[]; count: number }

const MOST_NAMED = 20

const KOPS_ROLE = 'k8s.io/role/'

/** Roles of kOps that are no control plane. */
const OTHER_ROLES = new Set(['node', 'bastion'])

/** `master-1`, `etcd02` and `Kube Control Plane`, not `webmaster` or `etcdctl`. */
const NAME = /(?<![a-z0-9])(control[-_. ]?plane|master|etcd)s?\d*(?![a-z0-9])/i

/** EC2 compares values in their case; `NAME` then decides. */
const NAME_PARTS = ['master', 'etcd', 'control'].flatMap((word) => [
  word,
  word.toUpperCase(),
  `${word[0]?.toUpperCase()}${word.slice(1)}`,
])

/**
 * Running instances that have the tags of any preset, a role of kOps' control planes, or a name that says so, and that
 * are neither selected (`seen`) nor left out by their opt-out tag. A guess, for a person to look at.
 */
export const outsideSelectors = async (
  ec2: EC2Client,
  seen: ReadonlySet<string>,
  naming: Naming,
): Promise<Outside> => {
  const found = new Map<string, Ec2Instance>()
  for (const filters of CANDIDATES)
    for (const instance of await describeInstances(ec2, [...filters, RUNNING]))
      found.set(instance.instanceId, instance)
  for (const instance of await describeInstances(ec2, [...MAYBE, RUNNING]))
    if (hasRole(instance)) found.set(instance.instanceId, instance)
  for (const instance of await describeInstances(ec2, [...NAMED, RUNNING]))
    if (NAME.test(instance.tags.Name ?? '')) found.set(instance.instanceId, instance)
  const outside = [...found.values()]
    .filter(({ instanceId, tags }) => !seen.has(instanceId) && !isExcluded(tags, naming))
    .map(({ instanceId, tags }) => ({ instanceId, ...(tags.Name && { name: tags.Name }) }))
    .sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1))
  return { instances: outside.slice(0, MOST_NAMED), count: outside.length }
}

const RUNNING: Filter = { Name: 'instance-state-name', Values: ['running'] }
const CANDIDATES = selectorsSchema.parse(presetNames).map(tagFilters)
const MAYBE: Filter[] = [{ Name: 'tag-key', Values: [`${KOPS_ROLE}*`] }]
const NAMED: Filter[] = [{ Name: 'tag:Name', Values: NAME_PARTS.map((part) => `*${part}*`) }]

const hasRole = ({ tags }: Ec2Instance): boolean =>
  Object.keys(tags).some((key) => key.startsWith(KOPS_ROLE) && !OTHER_ROLES.has(key.slice(KOPS_ROLE.length)))
