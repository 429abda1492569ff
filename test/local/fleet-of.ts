import { HOME_ACCOUNT } from '../../local/caller.ts'
import type { Fleet, FleetInstance } from '../../local/fleet.ts'

/** `i-` and the number in 17 hexadecimal digits. */
export const instanceId = (n: number): string => `i-${n.toString(16).padStart(17, '0')}`

/** A fleet of running instances that print `ok`, numbered from 1, each changed by its entry. */
export const fleetOf = (entries: Partial<FleetInstance>[]): Fleet => ({
  file: 'fleet.yaml',
  skipped: [],
  denied: [],
  instances: entries.map((entry, n) => ({
    id: instanceId(n + 1),
    account: HOME_ACCOUNT,
    region: 'eu-central-1',
    tags: {},
    state: 'running',
    exitCode: 0,
    delaySeconds: 0,
    source: { kind: 'prints', text: 'ok' },
    ...entry,
  })),
})

export const manyInstances = (count: number): Partial<FleetInstance>[] =>
  Array.from({ length: count }, () => ({}))
