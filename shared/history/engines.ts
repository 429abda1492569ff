import type { Finding } from '../findings/finding.ts'
import type { Rule } from '../rules/rule.ts'
import type { ENGINE_VERSION } from '../version.ts'
import { judgeKept } from './judge-stored.ts'

/**
 * All that makes a verdict of what is stored of a node and of rules: reading, resolving, judging. Gives a finding for each
 * rule, in their order. Pure. Throws NotJudgeableError where it cannot read what is stored.
 */
export type Engine = (stored: unknown, rules: readonly Rule[]) => Finding[]

/** Engines by their version. */
export type Engines = Readonly<Record<string, Engine>>

/**
 * The engines that this release carries. The key is written out: when ENGINE_VERSION moves on this no longer compiles until
 * the engine of before is frozen under its own version, as docs/adr/0011 says.
 */
export const ENGINES: Engines = { '1': judgeKept } satisfies Record<typeof ENGINE_VERSION, Engine>
