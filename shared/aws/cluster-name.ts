const OWNED_BY_CLUSTER = 'kubernetes.io/cluster/'

/**
 * The cluster that an instance's tags name: by `clusterTag` where one is configured, else by the tags that
 * Kubernetes' own tools set, else by one called `cluster`.
 */
export const clusterName = (tags: Record<string, string>, clusterTag?: string): string | undefined => {
  if (clusterTag !== undefined) return tags[clusterTag] || undefined
  const owned = Object.keys(tags)
    .filter((key) => key.startsWith(OWNED_BY_CLUSTER))
    .sort()[0]
  return owned?.slice(OWNED_BY_CLUSTER.length) || tags.KubernetesCluster || tags.cluster || undefined
}

/** Who answers for an instance, as its tag `ownerTag` says. */
export const ownerOf = (tags: Record<string, string>, ownerTag: string): string | undefined =>
  tags[ownerTag] || undefined
