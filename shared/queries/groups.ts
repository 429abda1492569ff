/** By what posture may be counted. */
export const POSTURE_GROUPS = ['account', 'cluster', 'rule'] as const
export type PostureGroup = (typeof POSTURE_GROUPS)[number]

/** By what times to fix may be told apart. */
export const FIX_GROUPS = ['account', 'cluster', 'rule', 'severity'] as const
export type FixGroup = (typeof FIX_GROUPS)[number]

/** Where an instance's tags name no cluster. */
export const NO_CLUSTER = '(none)'
