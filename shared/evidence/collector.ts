import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The collector as it runs on a node: one POSIX sh script without parameters. Its file lies beside this module. */
export const collectorScript = (): string => readFileSync(new URL('collector.sh', import.meta.url), 'utf8')

/** SHA-256 of the collector, in hex: a change of it changes what runs as root on every node. */
export const collectorHash = (): string => hashOf(collectorScript())

/** SHA-256 of a collector, in hex. */
export const hashOf = (script: string): string => createHash('sha256').update(script).digest('hex')
