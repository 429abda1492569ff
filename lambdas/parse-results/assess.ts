import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { SeverityOverride } from '../../shared/config/scanner-config.ts'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { EvidenceError, type EvidenceErrorCode } from '../../shared/evidence/evidence-error.ts'
import { fingerprint } from '../../shared/evidence/fingerprint.ts'
import type { Finding } from '../../shared/findings/finding.ts'
import type { Node } from '../../shared/findings/records.ts'
import type { UnreadableOutput } from '../../shared/history/judge-stored.ts'
import { judge, judgeUnreadable } from '../../shared/rules/judge.ts'
import type { Rule } from '../../shared/rules/rule.ts'
import { severitiesOf, withSeverity } from '../../shared/rules/severity-overrides.ts'
import type { Assessment } from '../../shared/store/store.ts'
import { ENGINE_VERSION } from '../../shared/version.ts'

/** `unreadable` is why the verdicts are errors; absent where the evidence was read. */
export type Assessed = { assessment: Assessment; unreadable?: EvidenceErrorCode }

type Instance = { node: Node; cluster?: string; tags: Record<string, string> }

/**
 * Judges what the collector printed on an instance. `output` may have been cut on its way: `whole` fetches more of
 * it (empty: there is no more), and is called only where what there is cannot be read. `overrides` change severities, never
 * verdicts. Never throws for what a node printed.
 */
export const assess = async (
  instance: Instance,
  output: string,
  whole: () => Promise<string>,
  rules: Rule[],
  overrides: SeverityOverride[] = [],
): Promise<Assessed> => {
  let text = output
  let read = decode(text)
  if (read instanceof EvidenceError && mayBeCut(read, text)) {
    const more = await whole()
    if (more !== '') {
      text = more
      read = decode(more)
    }
  }
  const { node, cluster, tags } = instance
  const severities = severitiesOf(
    instance,
    overrides,
    rules.map(({ id }) => id),
  )
  const asOverridden = (findings: Finding[]) => findings.map((each) => withSeverity(each, severities))
  const common = {
    ...{ node, tags, engineVersion: ENGINE_VERSION },
    ...(cluster !== undefined && { cluster }),
    ...(Object.keys(severities).length > 0 && { severities }),
    ruleVersions: Object.fromEntries(rules.map((rule) => [rule.id, String(rule.version)])),
  }
  if (read instanceof EvidenceError) {
    const kept: UnreadableOutput = { unreadable: read.code, message: read.message, output: text }
    const findings = asOverridden(judgeUnreadable(read, rules))
    // The reason alone: garbage that differs each time is the same fact each time.
    const assessment = {
      ...common,
      fingerprint: sha256(`unreadable ${read.code}`),
      evidence: pack(kept),
      findings,
    }
    return { assessment, unreadable: read.code }
  }
  // Who answered is Systems Manager's word, never the node's.
  const evidence: Evidence = { ...read, instanceId: node.instanceId }
  return {
    assessment: {
      ...common,
      fingerprint: fingerprint(evidence),
      evidence: pack(evidence),
      findings: asOverridden(judge(evidence, rules)),
    },
  }
}

const decode = (text: string): Evidence | EvidenceError => {
  try {
    return decodeCollectorOutput(text)
  } catch (error) {
    if (error instanceof EvidenceError) return error
    throw error
  }
}

/** Systems Manager's mark stands inside the output that it cut. */
const mayBeCut = (error: EvidenceError, text: string): boolean =>
  error.code === 'ENVELOPE_CUT' || /-+output truncated-+/i.test(text)

const pack = (value: unknown): Assessment['evidence'] => {
  const json = JSON.stringify(value)
  return { hash: sha256(json), gzip: gzipSync(json) }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
