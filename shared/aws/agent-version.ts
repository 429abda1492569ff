/**
 * The oldest SSM Agent that runs our document: schema 2.2 on Run Command needs 2.0.767.0, and the precondition of its
 * step this one ("Added support for step-level preconditions").
 * Source: https://github.com/aws/amazon-ssm-agent/blob/mainline/RELEASENOTES.md
 */
export const OLDEST_AGENT = '2.0.790.0'

/** Whether an agent is too old for our document; a version that is no version is not called so. */
export const isTooOld = (version: string): boolean => {
  if (!/^\d+(\.\d+)*$/.test(version)) return false
  const [own, oldest] = [numbersOf(version), numbersOf(OLDEST_AGENT)]
  const at = oldest.findIndex((number, i) => (own[i] ?? 0) !== number)
  return at >= 0 && (own[at] ?? 0) < (oldest[at] ?? 0)
}

const numbersOf = (version: string): number[] => version.split('.').map(Number)
