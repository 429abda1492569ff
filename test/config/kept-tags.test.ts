import { expect, test } from 'vitest'
import { keptTags, tagsKnown } from '../../shared/config/kept-tags.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'

const CONFIG = `targets:
  - { account: 111122223333, regions: [eu-west-1], selectors: [{ etcd: "*", "k8s.io/*": "*" }] }
clusterTag: cluster
severities: [{ rule: etcd-auto-tls-disabled, tags: { env: lab }, severity: low }]
waivers: { tags: [team] }
`

test('a tag is kept if something goes by it', () => {
  const config = parseConfig(CONFIG, 'f.yaml')
  expect(keptTags(config)).toEqual(['Name', 'fleet-scanner:exclude', 'cluster', 'owner', 'env', 'team'])
  expect(tagsKnown(config)).toEqual([
    ...['Name', 'cluster', 'env', 'etcd', 'fleet-scanner:exclude', 'owner', 'team'],
  ])
})
